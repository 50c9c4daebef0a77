using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cli.Evaluate;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Storage;
using Pipeline.Storage.S3;

namespace Pipeline.Cli.Report;

/// <summary>What a report of a run is to be made from.</summary>
internal sealed record ReportRequest
{
    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>The earlier run to compare with; null for none.</summary>
    public string? CompareWith { get; init; }

    /// <summary>Whether an earlier run that cannot be read is only mentioned: the stages have taken from it what they need.</summary>
    public bool IsComparedIfPossible { get; init; }

    /// <summary>What <c>evaluate --output json</c> wrote; null for what the run itself measured, if it did.</summary>
    public string? Evaluation { get; init; }

    /// <summary>Where the report goes; null for the run.</summary>
    public string? Output { get; init; }

    /// <summary>How many customers are shown.</summary>
    public int Customers { get; init; } = DefaultCustomers;

    /// <summary>How S3 is used.</summary>
    public S3Settings S3 { get; init; } = new();

    /// <summary>So many unless another number is asked for.</summary>
    public const int DefaultCustomers = 10;
}

/// <summary>The report of a run: the same bytes for the same run, as far as no times are in it.</summary>
internal static class RunReport
{
    /// <summary>Its place in the run.</summary>
    public const string FileName = "report.html";

    /// <summary>Makes the report and puts it in its place.</summary>
    /// <returns>Where it is.</returns>
    /// <exception cref="StageException">There is no run, or what is to be read is damaged or of another version.</exception>
    public static async Task<string> WriteAsync(ReportRequest request, CancellationToken cancellation)
    {
        RunFolder folder = RunFolder.Open(request.Run, request.S3);
        byte[] page = await MakeAsync(request, folder, cancellation);
        if (request.Output is { } path)
        {
            ReportFile.Write(path, page);
            return path;
        }
        await PutAsync(folder.Store, FileName, page, cancellation);
        return folder.Store.Describe(FileName);
    }

    /// <summary>Puts a small file into a run, unless it is there already: who looks at dates sees when something changed.</summary>
    public static async Task PutAsync(IObjectStore store, string name, byte[] content, CancellationToken cancellation)
    {
        if (await store.ReadAsync(name, cancellation) is not { } before || !before.AsSpan().SequenceEqual(content))
            await store.WriteAsync(name, content, cancellation);
    }

    private static async Task<byte[]> MakeAsync(ReportRequest request, RunFolder folder, CancellationToken cancellation)
    {
        using RunSource run = await RunSource.OpenAsync(folder, cancellation);
        (RunSource? before, string? why) = await EarlierAsync(request, cancellation);
        using RunSource? earlier = before;
        IReadOnlyDictionary<string, StageTime> times = RunTimes.Parse(await run.FileAsync(RunTimes.FileName, cancellation));
        JsonNode? parameters = await run.JsonAsync(Stages.Train, "model/parameters.json", cancellation);
        JsonNode? quality = await run.JsonAsync(Stages.Train, "quality.json", cancellation);
        ComparisonJson? evaluation = await EvaluationAsync(request, folder, cancellation);
        Section?[] sections =
        [
            RowsSection.Of(run),
            TimeSection.Of(run),
            SegmentSection.Of(run),
            ListsSection.OfSources(run),
            ListsSection.OfCoverage(run, quality?["offered_items"]?.GetValue<long>()),
            evaluation is null ? QualitySection.Missing : QualitySection.Of(evaluation),
            ListsSection.OfScores(run),
            ChangeSection.Of(run, before, why),
            RulesSection.Of(run),
            CustomersSection.Of(run, request.Customers),
            StagesSections.OfTimes(times),
            StagesSections.OfInputs(run),
        ];
        return Page.ToBytes($"Recommendations of {run.Name}", Lead(run, parameters), Tiles(run, times), [.. sections.OfType<Section>()]);
    }

    /// <summary>The earlier run, or why it cannot be read where that is no reason to do without a report.</summary>
    private static async Task<(RunSource? Run, string? Why)> EarlierAsync(ReportRequest request, CancellationToken cancellation)
    {
        if (request.CompareWith is not { } location)
            return (null, null);
        try
        {
            return (await RunSource.OpenAsync(RunFolder.Open(location, request.S3), cancellation), null);
        }
        catch (Exception e) when (request.IsComparedIfPossible && e is StageException or StorageException)
        {
            return (null, e.Message);
        }
    }

    private static Html Lead(RunSource run, JsonNode? parameters)
    {
        Html state = run.Errors.Count == 0 && run.IsComplete
            ? Html.Of($"<span class=\"state\">complete</span>")
            : Html.Of($"<span class=\"state failed\">not complete</span>");
        Html reference = parameters?["reference_time"]?.GetValue<DateTimeOffset>() is { } time
            ? Html.Of($"<p>As of {Words.Day(time.UtcDateTime)}, {parameters["similarity"]?.GetValue<string>()} similarity.</p>")
            : Html.Empty;
        IEnumerable<Html> failures = Stages.All.Where(run.Errors.ContainsKey).Select(stage => Html.Of($"<p>{stage.Name} failed (exit code {run.Errors[stage].Code}): {run.Errors[stage].Message}</p>\n"));
        IEnumerable<Html> missing = Stages.All.Where(stage => run.Manifest(stage) is null && !run.Errors.ContainsKey(stage)).Select(stage => Html.Of($"<p>{stage.Name} has not finished.</p>\n"));
        IEnumerable<Html> mismatches = run.Mismatches.Select(pair => Html.Of($"<p>{pair.Stage.Name} was made from another output of {pair.Input.Name} than is there now.</p>\n"));
        return Html.Of($"<p>{state}</p>\n{reference}{failures}{missing}{mismatches}");
    }

    private static IEnumerable<Tile> Tiles(RunSource run, IReadOnlyDictionary<string, StageTime> times)
    {
        if (run.Counter(Stages.Load, "rows_kept") is { } interactions)
            yield return new Tile(Words.Count(interactions), "interactions");
        if (run.Counter(Stages.Transform, "users") is { } users)
            yield return new Tile(Words.Count(users), "customers", run.Counter(Stages.Transform, "items") is { } items ? $"{Words.Count(items)} products" : null);
        if (run.Counter(Stages.Train, "recommendations") is { } rows)
        {
            yield return new Tile(Words.Count(rows), "recommendations", run.Counter(Stages.Train, "recommendations_fallback") is { } fallback ? $"{Words.Share(rows - fallback, rows)} by own history" : null);
        }
        if (run.Counter(Stages.Email, "rows_kept") is { } mails)
            yield return new Tile(Words.Count(mails), "may be mailed", run.Counter(Stages.Email, "rows_in") is { } all ? $"{Words.Share(mails, all)} of those with a list" : null);
        if (times.Count > 0)
            yield return new Tile(Words.Seconds(times.Values.Sum(t => t.Seconds)), "in all stages", $"at most {Words.Count(times.Values.Max(t => t.PeakMb))} MB");
    }

    /// <summary>The comparison that was named, else what <c>run --evaluate</c> measured; null for neither.</summary>
    private static async Task<ComparisonJson?> EvaluationAsync(ReportRequest request, RunFolder folder, CancellationToken cancellation)
    {
        if (request.Evaluation is not { } path)
            return await HoldoutRecord.ReadAsync(folder, cancellation) is { Sar: not null, Popular: not null } record ? QualitySection.ComparisonOf(record) : null;
        try
        {
            if (JsonSerializer.Deserialize(await File.ReadAllBytesAsync(path, cancellation), ComparisonJsonContext.Default.ComparisonJson) is { Models: not null, Notes: not null, Against: not null } comparison
                && comparison.Models.All(model => model is { Name: not null, Figures: not null, Tests: not null }))
                return comparison;
        }
        catch (JsonException)
        {
            // Said below, as for JSON of something else.
        }
        throw new StageException(ExitCode.InputRefused, $"'{path}' is not what './pipeline evaluate --output json' writes.", "Make it again with this version.");
    }
}
