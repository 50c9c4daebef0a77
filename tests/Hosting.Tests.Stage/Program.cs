using Pipeline.Hosting;
using Pipeline.Hosting.Tests.Stage;

// The first argument says which of the two stages this is; the rest is the stage's own.
return args is ["copy", .. string[] rest]
    ? await StageHost.RunAsync(rest, CopyStage.Definition)
    : await StageHost.RunAsync(args[1..], MakeStage.Definition);
