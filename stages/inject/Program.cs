using Pipeline.Hosting;
using Pipeline.Inject;

return await StageHost.RunAsync(args, InjectStage.Definition);
