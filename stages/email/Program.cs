using Pipeline.Email;
using Pipeline.Hosting;

return await StageHost.RunAsync(args, EmailStage.Definition);
