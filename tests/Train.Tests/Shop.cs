using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>A shop's files taken through load and transform, once; each training works on a copy of that run.</summary>
internal sealed class Shop : IDisposable
{
    private readonly TempFolder folder = new();
    private int runs;

    /// <param name="interactions">Lines of the interactions, without their header.</param>
    /// <param name="catalogue">The catalogue with its header; null for none.</param>
    /// <param name="eventWeights">As the option is written.</param>
    /// <param name="header">The header of the interactions.</param>
    public Shop(
        string interactions, string? catalogue = null, string eventWeights = "view=1,cart=3,purchase=4", string header = "user_id,item_id,time,event")
    {
        string file = folder.Write("interactions.csv", header + "\n" + interactions);
        string[] further = catalogue is null ? [] : ["--catalogue", folder.Write("catalogue.csv", catalogue)];
        StageRunner.MustRun(Stages.Load, ["--run", Prepared, "--interactions", file, .. further]);
        StageRunner.MustRun(Stages.Transform, "--run", Prepared, "--event-weights", eventWeights);
    }

    private string Prepared => folder.File("prepared");

    /// <summary>A run that is ready for training.</summary>
    public string NewRun() => folder.Copy(Prepared, $"run-{++runs}");

    /// <summary>Trains, which must succeed.</summary>
    /// <returns>The run.</returns>
    public string Train(params string[] options)
    {
        string run = NewRun();
        // Sums can be worked out by hand; what a mean makes of them is tested where it is asked for.
        string[] scale = options.Contains("--score") ? [] : ["--score", "sum"];
        StageRunner.MustRun(Stages.Train, ["--run", run, .. scale, .. options]);
        return run;
    }

    public void Dispose() => folder.Dispose();
}

/// <summary>A row of the recommendations, to be compared.</summary>
internal sealed record Line(long Rank, string Item, double Score, string Source, string? Because)
{
    /// <summary>The rows of a user, in the order of the file.</summary>
    public static IReadOnlyList<Line> Of(string run, string user) =>
    [
        .. RunReader.Read(run, Recommendations.DataSet)
            .Where(row => row.Text(Recommendations.UserId) == user)
            .Select(row => new Line(
                row.Integer(Recommendations.Rank), row.Text(Recommendations.ItemId)!, row.Number(Recommendations.Score),
                row.Text(Recommendations.Source)!, row.Text(Recommendations.BecauseItemId))),
    ];
}
