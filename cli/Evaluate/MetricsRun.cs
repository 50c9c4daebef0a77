using Pipeline.Evaluation;
using Pipeline.Hosting;
using Pipeline.Sar;

namespace Pipeline.Cli.Evaluate;

/// <summary>From files of truth, lists and training to figures.</summary>
internal static class MetricsRun
{
    private const int Rating = 0, Revenue = 1, Prediction = 0, Time = 0;

    /// <summary>Does what is asked.</summary>
    /// <exception cref="StageException">A file is refused.</exception>
    public static FigureReport Execute(MetricsRequest request, CancellationToken cancellation)
    {
        var ids = new IdSpace();
        PairFile truth = PairFile.Read(
            [request.Truth], request.Names,
            [new("rating", request.Rating.Header, request.Rating.IsRequired, Least: 0), new("revenue", request.Revenue.Header, request.Revenue.IsRequired)],
            ids, refusesRepeats: true, cancellation);
        PairFile predictions = PairFile.Read(
            [request.Predictions], request.Names, [new("prediction", request.Order.Header, true)], ids, refusesRepeats: true, cancellation);
        PairFile? training = request.Training is null ? null : PairFile.Read(
            [request.Training], request.Names, [new("time", request.Time.Header, request.Time.IsRequired, IsTime: true)], ids, refusesRepeats: false, cancellation);
        double?[] prices = request.Prices is null ? [] : SideFiles.ReadPrices(request.Prices, request.Names, ids);
        Grouping? segments = request.Segments is null ? null : SideFiles.ReadSegments(request.Segments, request.Names, ids);

        SparseMatrix ratings = Matrix(truth, truth.Numbers(Rating), ids);
        SparseMatrix? pairs = training is null ? null : Matrix(training, [], ids);
        RecommendationLists lists = Lists(predictions, request.Order.IsRank, ids);
        var data = new EvaluationData(ratings, lists, pairs)
        {
            Revenue = truth.Numbers(Revenue).IsEmpty ? default : Matrix(truth, truth.Numbers(Revenue), ids).Values.ToArray(),
            Prices = prices,
        };
        IReadOnlyList<string> notes = Notes(request, data);
        EvaluationOptions options = request.Options with { UserGroups = UserGroups(segments, pairs), ItemGroups = ItemGroups(training, pairs, ids) };
        return new FigureReport(Evaluator.Evaluate(data, options, cancellation).Figures, notes);
    }

    /// <summary>What is odd about the files but no reason to refuse them.</summary>
    private static List<string> Notes(MetricsRequest request, EvaluationData data)
    {
        int common = 0, withoutList = 0, withoutTruth = 0, longest = 0;
        for (int user = 0; user < data.Truth.Rows; user++)
        {
            int length = data.ListOf(user, int.MaxValue).Length;
            longest = Math.Max(longest, length);
            bool hasTruth = data.Truth.Row(user).Count > 0;
            common += hasTruth && length > 0 ? 1 : 0;
            withoutList += hasTruth && length == 0 ? 1 : 0;
            withoutTruth += !hasTruth && length > 0 ? 1 : 0;
        }
        if (common == 0)
            throw new StageException(
                ExitCode.InputRefused,
                $"'{request.Truth}' and '{request.Predictions}' have no user in common: see that both write the users' ids alike.");
        var notes = new List<string> { $"{common:N0} users have held-out items and a list." };
        if (withoutList > 0)
            notes.Add($"{withoutList:N0} users of '{request.Truth}' have no list: ndcg and user_coverage count them{(request.Options.Population == Population.TruthUsers ? ", and so does everything else" : ", nothing else does")}.");
        if (withoutTruth > 0)
            notes.Add($"{withoutTruth:N0} users of '{request.Predictions}' have no held-out items: only the figures of lists count them.");
        foreach (int k in request.Options.Ks.Where(k => k > longest))
            notes.Add($"k {k} is larger than the longest list, which has {longest}: precision at {k} divides by {k} all the same.");
        return notes;
    }

    private static List<Grouping> UserGroups(Grouping? segments, SparseMatrix? pairs)
    {
        var groups = new List<Grouping>();
        if (segments is not null)
            groups.Add(segments);
        if (pairs is not null)
            groups.Add(Grouping.ByActivity(pairs));
        return groups;
    }

    private static List<Grouping> ItemGroups(PairFile? training, SparseMatrix? pairs, IdSpace ids)
    {
        if (training is null || pairs is null)
            return [];
        List<Grouping> groups = [Grouping.ByPopularity(pairs)];
        if (training.Times(Time).IsEmpty)
            return groups;
        var rows = new Interactions(
            pairs.Rows, pairs.Columns, ids.UsersOf(training), ids.ItemsOf(training), new double[training.Count],
            training.Times(Time).ToArray());
        groups.Add(Grouping.ByItemAge(rows, rows.NewestTime()!.Value));
        return groups;
    }

    private static SparseMatrix Matrix(PairFile file, ReadOnlySpan<double> values, IdSpace ids) => PairTable.Of(
        ids.Users.Count, ids.Items.Count, ids.UsersOf(file), ids.ItemsOf(file), values);

    /// <summary>By user, the highest prediction or lowest rank first; of equal ones the item that is first in order of its id.</summary>
    private static RecommendationLists Lists(PairFile file, bool areRanks, IdSpace ids)
    {
        int[] users = ids.UsersOf(file), items = ids.ItemsOf(file);
        double[] scores = [.. file.Numbers(Prediction)];
        if (areRanks)
            scores = [.. scores.Select(rank => -rank)];
        int[] order = [.. Enumerable.Range(0, file.Count).OrderBy(n => users[n]).ThenByDescending(n => scores[n]).ThenBy(n => items[n])];
        var listUsers = new List<int>();
        var starts = new List<long>();
        for (int n = 0; n < order.Length; n++)
        {
            if (listUsers.Count > 0 && listUsers[^1] == users[order[n]])
                continue;
            listUsers.Add(users[order[n]]);
            starts.Add(n);
        }
        starts.Add(order.Length);
        return new RecommendationLists([.. listUsers], [.. starts], [.. order.Select(n => items[n])], [.. order.Select(n => scores[n])]);
    }
}
