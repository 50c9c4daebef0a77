using Pipeline.Hosting;
using Pipeline.Train;

return await StageHost.RunAsync(args, TrainStage.Definition);
