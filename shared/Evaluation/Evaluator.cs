namespace Pipeline.Evaluation;

/// <summary>
/// All figures of a set of lists, with intervals. Memory: about 400 bytes a user and 16 a recommendation beside the data, and with
/// item groups 32 bytes a user and group. The same input gives the same bits, whatever the number of threads.
/// </summary>
public static class Evaluator
{
    /// <summary>Measures.</summary>
    /// <param name="data">What is measured.</param>
    /// <param name="options">How; null: lists of 10, 1,000 resamples.</param>
    /// <param name="cancellation">Stops between blocks of users and between resamples.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static EvaluationResult Evaluate(EvaluationData data, EvaluationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new EvaluationOptions();
        options.Validate();
        ParallelOptions parallel = options.Parallel(cancellation);
        int[] users = data.MeasuredUsers();
        int[] trainingCounts = data.Training is null ? [] : Grouping.ItemCounts(data.Training);
        ListSimilarity? similarity =
            data.Training is null ? null : ListSimilarity.Build(data, data.Training, options.Ks.Max(), parallel);
        double[] information = [.. trainingCounts.Select(count => count == 0 ? 0 : -Math.Log2((double)count / data.Training!.Count))];

        var figures = new List<Figure>();
        var perUser = new Dictionary<int, UserTerms>();
        foreach (int k in options.Ks.Distinct())
        {
            var terms = new UserTerms(UserFigures.Names(options), users.Length);
            Parallel.For(
                0, users.Length, parallel, () => new UserFigures(data, options, k, terms, similarity, information),
                (row, _, own) =>
                {
                    own.Measure(row, users[row]);
                    return own;
                },
                _ => { });
            perUser[k] = terms;
            var lengths = new AtLength(data, options, k, users, trainingCounts, terms);
            figures.AddRange(lengths.FiguresOf(Figure.All, [.. Enumerable.Range(0, users.Length)], cancellation));
            foreach (Grouping grouping in options.UserGroups)
                for (int group = 0; group < grouping.Labels.Count; group++)
                {
                    int[] members = [.. Enumerable.Range(0, users.Length).Where(row => grouping.GroupOf[users[row]] == group)];
                    if (members.Length > 0)
                        figures.AddRange(lengths.FiguresOf(grouping.NameOf(group), members, cancellation));
                }
        }
        return new EvaluationResult(figures, users, perUser);
    }

    private sealed record AtLength(
        EvaluationData Data, EvaluationOptions Options, int K, int[] Users, int[] TrainingCounts, UserTerms Terms)
    {
        public IEnumerable<Figure> FiguresOf(string group, int[] rows, CancellationToken cancellation)
        {
            int ofUsers = Terms.Metrics.Count, count = ofUsers + MetricNames.OfLists.Count;
            int[] once = new int[rows.Length];
            Array.Fill(once, 1);
            double?[] values = new double?[count];
            Measure(NewScratch(), once, values);
            (double? Low, double? High)[] intervals = Bootstrap.Intervals(rows.Length, values, Options, NewScratch, Measure, cancellation);
            bool isAll = group == Figure.All;
            for (int n = 0; n < count; n++)
            {
                bool isItemGroup = n >= MetricNames.OfUsers.Count && n < ofUsers;
                if (isItemGroup && !isAll)
                    continue;
                string metric = n < ofUsers ? Terms.Metrics[n] : MetricNames.OfLists[n - ofUsers];
                yield return new Figure(
                    metric, K, isItemGroup ? ItemGroupAt(n - MetricNames.OfUsers.Count) : group, values[n], intervals[n].Low, intervals[n].High, rows.Length);
            }

            (ListFigures Lists, double[] Sums) NewScratch() => (new ListFigures(Data, Users, K, TrainingCounts), new double[2 * ofUsers]);

            void Measure((ListFigures Lists, double[] Sums) scratch, ReadOnlySpan<int> weights, Span<double?> into)
            {
                Terms.Measure(rows, weights, scratch.Sums, into[..ofUsers]);
                scratch.Lists.Measure(rows, weights, into[ofUsers..]);
            }
        }

        private string ItemGroupAt(int position)
        {
            string[] names = [.. Options.ItemGroups.SelectMany(g => Enumerable.Range(0, g.Labels.Count).Select(g.NameOf))];
            return names[position % names.Length];
        }
    }
}

/// <summary>What came out of an evaluation. Immutable.</summary>
public sealed class EvaluationResult
{
    private readonly int[] users;
    private readonly IReadOnlyDictionary<int, UserTerms> perUser;

    internal EvaluationResult(IReadOnlyList<Figure> figures, int[] users, IReadOnlyDictionary<int, UserTerms> perUser)
    {
        Figures = figures;
        this.users = users;
        this.perUser = perUser;
    }

    /// <summary>All figures: length by length, first of everybody, then of each group.</summary>
    public IReadOnlyList<Figure> Figures { get; }

    /// <summary>A figure of everybody.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public Figure this[string metric, int k] => Figures.First(f => f.Metric == metric && f.K == k && f.Group == Figure.All);

    /// <summary>Each user's own part of a figure of users, by user; those who do not count are not in it.</summary>
    /// <param name="metric">One of <see cref="MetricNames.OfUsers"/>.</param>
    /// <param name="k">One of the lengths.</param>
    /// <exception cref="ArgumentException">It is no figure of users, or the length was not asked for.</exception>
    public IReadOnlyDictionary<int, double> PerUser(string metric, int k)
    {
        int position = MetricNames.OfUsers.Index().Where(m => m.Item == metric).Select(m => m.Index + 1).FirstOrDefault() - 1;
        if (position < 0 || !perUser.TryGetValue(k, out UserTerms? terms))
            throw new ArgumentException($"There is no {metric} of users at {k}.", nameof(metric));
        var values = new Dictionary<int, double>();
        for (int row = 0; row < users.Length; row++)
            if (terms[row, position] is { } value)
                values[users[row]] = value;
        return values;
    }
}
