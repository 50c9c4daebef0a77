using Pipeline.Hosting;
using Pipeline.Load;

return await StageHost.RunAsync(args, LoadStage.Definition);
