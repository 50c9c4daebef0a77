using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.Transform.Tests;

/// <summary>One run of the stage, on interactions and products that are written out in the test.</summary>
internal sealed class TransformRun : IDisposable
{
    private readonly TempFolder folder = new();

    private TransformRun() => Output = new StageFolder(folder.File("run"), Stages.Transform);

    public StageResult Result { get; private set; } = new(-1, "", "not started");

    /// <summary>The folder of the run that the stage writes.</summary>
    public StageFolder Output { get; }

    /// <summary>Transforms interactions and expects that to work.</summary>
    public static Task<TransformRun> OfAsync(IReadOnlyList<Line> lines, params string[] arguments) => OfAsync([lines], [], arguments);

    /// <summary>Transforms interactions that lie in several parts, and products, and expects that to work.</summary>
    public static async Task<TransformRun> OfAsync(IReadOnlyList<IReadOnlyList<Line>> parts, IReadOnlyList<Product> products, params string[] arguments)
    {
        TransformRun run = await TryAsync(parts, products, arguments);
        run.Output.MustBeDone(run.Result);
        return run;
    }

    /// <summary>Transforms interactions, whatever becomes of it.</summary>
    public static async Task<TransformRun> TryAsync(
        IReadOnlyList<IReadOnlyList<Line>> parts, IReadOnlyList<Product> products, params string[] arguments)
    {
        var run = new TransformRun();
        await RunWriter.WriteAsync(
            run.folder.File("run"), Stages.Load,
            (Interactions.DataSet, [.. parts.Select(Line.Part)]), (Catalogue.DataSet, [Product.Table(products)]));
        run.Start(arguments);
        return run;
    }

    /// <summary>The least memory with which the stage says it can work, which makes as many ranges as there can be.</summary>
    public static async Task<string> LeastMemoryAsync(IReadOnlyList<IReadOnlyList<Line>> parts, IReadOnlyList<Product> products, params string[] arguments)
    {
        using TransformRun refused = await TryAsync(parts, products, [.. arguments, "--memory", "1MB"]);
        refused.MustBeRefused(7, "The memory budget of 1MB cannot be kept", "--memory");
        return LeastMemoryIn(refused.Result);
    }

    /// <summary>The least memory that the stage names where it refuses less.</summary>
    public static string LeastMemoryIn(StageResult refused) => Regex.Match(refused.Error, "at least ([0-9.]+MB)").Groups[1].Value;

    /// <summary>Starts the stage in a run without interactions.</summary>
    public static TransformRun TryWithoutInput()
    {
        var run = new TransformRun();
        run.Start([]);
        return run;
    }

    public Task<string[]> InteractionsAsync(params Column[] columns) => Output.RowsAsync(WeightedInteractions.DataSet, columns);

    public Task<string[]> HeldOutAsync(params Column[] columns) => Output.RowsAsync(HeldOutInteractions.DataSet, columns);

    public Task<string[]> UsersAsync(params Column[] columns) => Output.RowsAsync(Users.DataSet, columns);

    public Task<string[]> ItemsAsync(params Column[] columns) => Output.RowsAsync(Items.DataSet, columns);

    /// <summary>How many ranges of users the stage says it worked in.</summary>
    public int Ranges() => int.Parse(Regex.Match(Result.Output, "\"ranges\":\"?([0-9]+)").Groups[1].Value, CultureInfo.InvariantCulture);

    public string[] Counters() => Output.Counters();

    /// <summary>Expects one sentence with these words, an exit code and no output.</summary>
    public void MustBeRefused(int exitCode, params string[] words) => Output.MustBeRefused(Result, exitCode, words);

    public void Dispose() => folder.Dispose();

    private void Start(IReadOnlyList<string> arguments) => Result = StageRunner.Run(Stages.Transform, ["--run", folder.File("run"), .. arguments]);
}
