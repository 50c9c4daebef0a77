using Pipeline.Hosting;
using Pipeline.Transform;

return await StageHost.RunAsync(args, TransformStage.Definition);
