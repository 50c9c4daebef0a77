using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Pipeline.Cli.Run;
using Pipeline.Evaluation;
using Pipeline.Hosting;
using Pipeline.Models;
using Pipeline.Sar;

namespace Pipeline.Cli.Evaluate;

/// <summary>Looks for the best options of SAR on one time range, and says on a later one what they are worth.</summary>
internal static class TuneRun
{
    private const long MicrosPerDay = 86_400_000_000;

    /// <summary>Does what is asked.</summary>
    /// <returns>The trials; and the best options, the default ones and popularity, on the last days.</returns>
    /// <exception cref="StageException">A file, the split or the memory budget is refused.</exception>
    public static async Task<TuneOutcome> ExecuteAsync(TuneRequest request, CancellationToken cancellation)
    {
        var ids = new IdSpace();
        try
        {
            PairFile file = request.Files.Read(request.Interactions, ids, cancellation);
            Interactions all = request.Files.ToInteractions(file, ids);
            // Train | tune | test: the last days are cut off before anything else looks at the interactions.
            Split test = Splits.LastDays(all, request.HoldoutDays);
            Split tune = Splits.AtTime(test.Training, test.Cut!.Value - (long)(request.HoldoutDays * MicrosPerDay));
            LeakDetector.Check(test.Training, test.Cut.Value);
            LeakDetector.Check(tune.Training, tune.Cut!.Value);

            IReadOnlyList<string> defaults = [.. request.Space.Select(p => SearchDefaults[p.Name])];
            var search = new Search(request.Space, defaults, request.Trials, request.Seed);
            var record = new TrialRecord(request.Record, Describe(request, all, ids), request.Space, search.RandomTrials);
            List<RecordedTrial> trials = await record.ReadAsync(request.Overwrite, cancellation);
            int before = trials.Count;
            await MakeAsync(request, search, tune, record, trials, cancellation);

            SearchTrial best = Search.Best(trials.Select(t => t.Trial))
                ?? throw new StageException(ExitCode.InputRefused, "No trial has a value of the objective: hold out more days.");
            WriteOptions(request, best);
            return new TuneOutcome(
                Validate(request, test, best, Notes(request, tune, best, trials, before), cancellation), trials, best, search.RandomTrials);
        }
        catch (Exception e) when (e is SplitException or LeakException)
        {
            throw new StageException(ExitCode.InputRefused, e.Message, cause: e);
        }
        catch (SarMemoryException e)
        {
            throw new StageException(ExitCode.OutOfMemory, e.Message, "See --memory.", e);
        }
    }

    private static readonly Dictionary<string, string> SearchDefaults = new(StringComparer.Ordinal)
    {
        ["similarity"] = "jaccard",
        ["half-life-days"] = "30",
        ["min-support"] = "1",
        ["neighbours"] = "0",
    };

    private static async Task MakeAsync(
        TuneRequest request, Search search, Split split, TrialRecord record, List<RecordedTrial> trials, CancellationToken cancellation)
    {
        var experiment = new Experiment(split, new EvaluationOptions { Ks = [request.Objective.K], Population = Population.TruthUsers, Resamples = 0, Threads = 1 });
        int atATime = TrialsAtATime(request, split.Training, out long? memory);
        foreach (IReadOnlyList<int> round in search.Rounds())
        {
            SearchTrial[] made = [.. trials.Select(t => t.Trial)];
            int[] missing = [.. round.Where(number => made.All(t => t.Number != number))];
            using var writing = new SemaphoreSlim(1);
            await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = atATime, CancellationToken = cancellation }, async (number, stop) =>
            {
                RecordedTrial trial = Make(request, experiment, search, number, made, memory, stop);
                await writing.WaitAsync(stop);
                trials.Add(trial);
                await record.WriteAsync(trials, stop);
                writing.Release();
            });
        }
    }

    private static RecordedTrial Make(
        TuneRequest request, Experiment experiment, Search search, int number, IEnumerable<SearchTrial> made, long? memory, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        IReadOnlyList<string> values = search.ValuesOf(number, made);
        EvaluationResult result = experiment.Run(Settings(request, values).ToRecommender($"trial {number}", memory, []), cancellation).Result;
        (string metric, int k) = request.Objective;
        return new RecordedTrial(
            new SearchTrial(number, values, result[metric, k].Value), [.. TrialRecord.Metrics.Select(m => result[m, k].Value)],
            Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3));
    }

    /// <summary>As many as there are threads, and as fit the memory.</summary>
    /// <param name="request">The limits.</param>
    /// <param name="training">What each trial learns from.</param>
    /// <param name="memory">What a single trial may take where only one fits.</param>
    private static int TrialsAtATime(TuneRequest request, Interactions training, out long? memory)
    {
        int threads = request.Threads == 0 ? Environment.ProcessorCount : request.Threads;
        memory = null;
        if (request.Memory is not { } budget)
            return threads;
        SarEstimate estimate = SarModel.Estimate(training, new SarOptions { OtherMemory = 0 }, threads: 1);
        long taken = ProcessMemory.Settle(), each = Math.Max(1, estimate.Peak - training.Bytes);
        int fitting = (int)Math.Clamp((budget - taken) / each, 0, threads);
        memory = fitting == 0 ? budget : null;
        return Math.Max(1, fitting);
    }

    private static SarSettings Settings(TuneRequest request, IReadOnlyList<string> values)
    {
        var settings = new SarSettings();
        for (int p = 0; p < values.Count; p++)
            settings = settings.With(request.Space[p].Name, values[p]);
        return settings;
    }

    private static ComparisonReport Validate(TuneRequest request, Split test, SearchTrial best, List<string> notes, CancellationToken cancellation)
    {
        var experiment = new Experiment(test, new EvaluationOptions
        {
            Ks = [request.Objective.K],
            Population = Population.TruthUsers,
            Resamples = request.Resamples,
            Seed = request.Seed,
            Threads = request.Threads,
        });
        IRecommender[] models =
        [
            new PopularRecommender(), new SarSettings().ToRecommender("sar", request.Memory, []), Settings(request, best.Values).ToRecommender("sar, tuned", request.Memory, []),
        ];
        ComparedModel[] compared =
        [
            .. models.Select(model =>
            {
                using var meter = new MemoryMeter();
                ModelOutcome outcome = experiment.Run(model, cancellation);
                return new ComparedModel(model.Name, outcome.Result, Math.Round(outcome.FitSeconds, 3), Math.Round(outcome.RecommendSeconds, 3), Math.Round(meter.Bytes / 1e6, 1));
            }),
        ];
        PairedTest change = Significance.Compare(
            compared[2].Result.PerUser(request.Objective.Metric, request.Objective.K), compared[1].Result.PerUser(request.Objective.Metric, request.Objective.K));
        notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"On the last {request.HoldoutDays} days, which no trial has seen: {change.Difference:+0.0000;-0.0000;0.0000} against the defaults over {change.Users:N0} users{(change.PValue is { } p ? $", p = {p:0.0000} (paired t-test)" : "")}."));
        return new ComparisonReport(compared, ModelSpec.Popular, [request.Objective.K], request.Resamples, notes);
    }

    private static List<string> Notes(TuneRequest request, Split tune, SearchTrial best, List<RecordedTrial> trials, int before)
    {
        string objective = Figure.ShortNameOf(request.Objective.Metric, request.Objective.K);
        RecordedTrial first = trials.Single(t => t.Trial.Number == 0);
        List<string> notes = [];
        if (before > 0)
            notes.Add($"{before} of {trials.Count} trials were in '{request.Record}' already.");
        notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"Best of {trials.Count} trials: number {best.Number}, {objective} {TrialRecord.Text(best.Objective)} on {tune.Truth.Count:N0} interactions, where the defaults have {TrialRecord.Text(first.Trial.Objective)}."));
        notes.Add(string.Join(", ", request.Space.Zip(best.Values, (p, value) => $"{p.Name} {value}")) + $": in '{request.Output}'.");
        return notes;
    }

    /// <summary>Written beside its name and then given it, so that no half of it is ever there.</summary>
    private static void WriteOptions(TuneRequest request, SearchTrial best)
    {
        string objective = Figure.ShortNameOf(request.Objective.Metric, request.Objective.K), unfinished = request.Output + ".partial";
        try
        {
            File.WriteAllText(unfinished, OptionsFile.Write(
                $"Trial {best.Number} of {request.Trials} by './pipeline tune --objective {objective} --seed {request.Seed}': {objective} {TrialRecord.Text(best.Objective)}.",
                request.Space.Select(p => p.Name).Zip(best.Values)));
            File.Move(unfinished, request.Output, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StageException(ExitCode.Usage, $"'{request.Output}' cannot be written: {e.Message}", cause: e);
        }
    }

    /// <summary>Everything that decides the results, in one line: what is read, its own hash, and the search.</summary>
    private static string Describe(TuneRequest request, Interactions all, IdSpace ids)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int user = 0; user < ids.Users.Count; user++)
            Append(ids.Users[user]);
        for (int item = 0; item < ids.Items.Count; item++)
            Append(ids.Items[item]);
        // Summed, so that the order of the rows leaves no trace.
        ulong sum = 0;
        for (int row = 0; row < all.Count; row++)
            sum += new SeededRandom(
                ((long)all.Users.Span[row] << 32) | (uint)all.Items.Span[row], all.Times.Span[row] ^ BitConverter.DoubleToInt64Bits(all.Weights.Span[row])).Next();
        Append(BitConverter.GetBytes(sum));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"interactions {all.Count} {Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}; {string.Join(',', request.Space.Select(p => p.Text))}; {Figure.ShortNameOf(request.Objective.Metric, request.Objective.K)}; {request.HoldoutDays} days; {request.Trials} trials; seed {request.Seed}");

        void Append(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
    }
}

/// <summary>What a search came to.</summary>
/// <param name="Validation">The best options, the default ones and popularity, on days that no trial has seen.</param>
/// <param name="Trials">All trials, in the order in which they ended.</param>
/// <param name="Best">The best one.</param>
/// <param name="RandomTrials">How many of the first ones were drawn from the whole space.</param>
internal sealed record TuneOutcome(ComparisonReport Validation, IReadOnlyList<RecordedTrial> Trials, SearchTrial Best, int RandomTrials);
