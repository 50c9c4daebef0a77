using System.Globalization;
using Pipeline.Evaluation;
using Pipeline.Hosting;
using Pipeline.Models;
using Pipeline.Sar;

namespace Pipeline.Cli.Evaluate;

/// <summary>From files of interactions to a comparison of models.</summary>
internal static class EvaluateRun
{
    private const double BytesPerMb = 1e6;

    /// <summary>Does what is asked.</summary>
    /// <exception cref="StageException">A file, the split or the memory budget is refused.</exception>
    public static ComparisonReport Execute(EvaluateRequest request, CancellationToken cancellation)
    {
        var notes = new List<string>();
        var ids = new IdSpace();
        try
        {
            Split split = ReadSplit(request, ids, notes, cancellation);
            SparseMatrix seen = PairTable.Of(split.Training);
            Grouping activity = Grouping.ByActivity(seen);
            Grouping segments = request.Segments is null ? activity : SideFiles.ReadSegments(request.Segments, request.Files.Names, ids);
            EvaluationOptions options = request.Options with
            {
                UserGroups = request.Segments is null ? [activity] : [segments, activity],
                ItemGroups = [Grouping.ByPopularity(seen), Grouping.ByItemAge(split.Training, split.Cut ?? split.Training.NewestTime()!.Value)],
            };
            // The groups are only written where they are read.
            if (request.Output == FigureFormat.Table && request.Report is null)
                options = options with { UserGroups = [], ItemGroups = [] };
            var experiment = new Experiment(split, options);
            notes.Insert(0, string.Create(
                CultureInfo.InvariantCulture,
                $"{split.Training.Count:N0} interactions to learn from, {split.Truth.Count:N0} held out; {experiment.UserCount:N0} users are measured by {experiment.Truth.Count:N0} items new to them, {experiment.ColdUserCount:N0} of these users have no training."));
            IRecommender? truth = request.Shop is null ? null : TruthRecommender.Read(request.Shop, ids, split);
            return new ComparisonReport(
                [.. request.Models.Select(spec => Run(experiment, spec.ToRecommender(options.Seed, request.Memory, segments.GroupOf, truth), spec.Text, cancellation))],
                request.Against, options.Ks, options.Resamples, notes);
        }
        catch (SplitException e)
        {
            throw new StageException(ExitCode.InputRefused, e.Message, cause: e);
        }
        catch (LeakException e)
        {
            throw new StageException(ExitCode.InputRefused, e.Message, cause: e);
        }
        catch (SarMemoryException e)
        {
            throw new StageException(ExitCode.OutOfMemory, e.Message, "See --memory.", e);
        }
    }

    private static ComparedModel Run(Experiment experiment, IRecommender recommender, string name, CancellationToken cancellation)
    {
        using var meter = new MemoryMeter();
        ModelOutcome outcome = experiment.Run(recommender, cancellation);
        return new ComparedModel(
            name, outcome.Result, Math.Round(outcome.FitSeconds, 3), Math.Round(outcome.RecommendSeconds, 3), Math.Round(meter.Bytes / BytesPerMb, 1));
    }

    private static Split ReadSplit(EvaluateRequest request, IdSpace ids, List<string> notes, CancellationToken cancellation)
    {
        if (request.Interactions is not null)
        {
            PairFile all = request.Files.Read(request.Interactions, ids, cancellation);
            return Make(request, request.Files.ToInteractions(all, ids), notes);
        }
        PairFile train = request.Files.Read(request.Training!, ids, cancellation), test = request.Files.Read(request.Test!, ids, cancellation);
        var split = new Split(request.Files.ToInteractions(train, ids), request.Files.ToInteractions(test, ids), request.Cut);
        CheckUsers(request, split);
        if (request.Cut is { } cut)
            LeakDetector.Check(split.Training, cut);
        else
            NoteOverlap(split, notes);
        return split;
    }

    private static Split Make(EvaluateRequest request, Interactions all, List<string> notes)
    {
        const string timeless = "Training knows what came later than what is held out: compare models by this, but expect less of the future.";
        switch (request.Split)
        {
            case SplitKind.Time:
                Split byTime = Splits.LastDays(all, request.HoldoutDays);
                LeakDetector.Check(byTime.Training, byTime.Cut!.Value);
                return byTime;
            case SplitKind.Last:
                Split last = Splits.LeaveLastOut(all);
                LeakDetector.CheckEachUser(last.Training, last.Truth);
                notes.Add("Each user has a cut of their own: what others did later is known.");
                return last;
            case SplitKind.User:
                notes.Add(timeless);
                return Splits.ByUser(all, request.HoldoutShare, request.Options.Seed);
            default:
                notes.Add(timeless);
                return Splits.Stratified(all, request.HoldoutShare, request.Options.Seed);
        }
    }

    private static void CheckUsers(EvaluateRequest request, Split split)
    {
        HashSet<int> trained = [.. split.Training.Users.Span];
        foreach (int user in split.Truth.Users.Span)
            if (trained.Contains(user))
                return;
        throw new StageException(
            ExitCode.InputRefused, $"'{request.Training}' and '{request.Test}' have no user in common: see that both write the users' ids alike.");
    }

    private static void NoteOverlap(Split split, List<string> notes)
    {
        long first = long.MaxValue;
        foreach (long time in split.Truth.Times.Span)
            first = Math.Min(first, time);
        int late = 0;
        foreach (long time in split.Training.Times.Span)
            late += time >= first ? 1 : 0;
        if (late > 0)
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{late:N0} interactions of the training are not earlier than the first that is held out: compare models by this, but expect less of the future (--cut demands a split by time)."));
    }
}
