using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>Weighted interactions in; segments, models and recommendations out.</summary>
internal static class TrainStage
{
    /// <summary>Customers whose lists are made at a time, so that those of all need not be in memory.</summary>
    private const int UsersPerRange = 1_000_000;

    public static readonly StageDefinition<TrainOptions> Definition = new()
    {
        Stage = Stages.Train,
        Summary = "Puts customers into segments, fits SAR and recommends products to each customer.",
        Parse = TrainOptions.Parse,
        Run = RunAsync,
    };

    private static async Task RunAsync(TrainOptions options, StageContext stage, CancellationToken cancellation)
    {
        try
        {
            await TrainAsync(options, stage, cancellation);
        }
        catch (SarMemoryException e)
        {
            throw new StageException(ExitCode.OutOfMemory, e.Message, "See --memory.", e);
        }
    }

    private static async Task TrainAsync(TrainOptions options, StageContext stage, CancellationToken cancellation)
    {
        UserTable users = await UserTable.ReadAsync(stage, cancellation);
        ItemTable items = await ItemTable.ReadAsync(stage, cancellation);
        AttributeTable attributes = AttributeTable.Read(options.Attributes, users, stage, cancellation);
        SarOptions sar = options.Sar with { ReferenceTime = options.Sar.ReferenceTime ?? users.NewestTime };
        long referenceTime = sar.ReferenceTime.Value;

        ItemSelection.CheckNames(options.Rules, items);
        ItemSelection selection = ItemSelection.Of(options.Rules, items, referenceTime);
        selection.Report(stage);
        selection.Check();

        Grouping segments = await SegmentAsync(options, stage, users, attributes, referenceTime, cancellation);

        var recommend = new RecommendOptions
        {
            K = ListPlan.CandidatesFor(options.Rules, options.TopK, options.Diversity),
            Allowed = selection.Allowed.AsMemory(0, items.KnownCount),
        };
        Grouping? groups = options.Models switch
        {
            TrainOptions.OneModel => null,
            TrainOptions.ModelsBySegment => segments,
            var attribute => attributes[attribute],
        };
        ModelSet models = await new ModelFitter(stage, sar, recommend).FitAsync(
            users.Count, items.KnownCount, groups, Math.Max(options.MinSegmentCustomers, options.MinGroup), cancellation);
        await new ModelWriter(stage, items, options.ModelNeighbours, options.MinGroup).WriteAsync(models, cancellation);

        var plan = new ListPlan(options.Rules, items, selection.Allowed, referenceTime, options.TopK)
        {
            Due = await FindDueAsync(options, stage, users.Count, items.KnownCount, referenceTime, cancellation),
            Diversity = options.Diversity,
            Likeness = FindLikeness(options, stage, models.All, cancellation),
        };
        var popular = new Popularities(models.All, items, selection.Allowed, segments, options.MinGroup, options.NewArrivalDays);
        var lists = new ListBuilder(
            new Scorer(models, plan, recommend, options.MinGroup), models.All, popular, items, plan, options.ScoresAreMeans);
        ListFigures figures = await WriteListsAsync(
            options, stage, lists, users, items, segments, new ListFigures(models.All, popular.Reachable(), options.TopK), cancellation);
        RuleReport.Write(stage, options.Rules, plan, models.All, figures, lists.OverCategory);
        await ListGate.RunAsync(options.Limits, figures, items, stage, cancellation);
    }

    private static async Task<Grouping> SegmentAsync(
        TrainOptions options, StageContext stage, UserTable users, AttributeTable attributes, long referenceTime, CancellationToken cancellation)
    {
        CustomerMeasures[] measures = CustomerMeasures.Of(users, referenceTime);
        Grouping segments = (options.SegmentBy is { } attribute ? attributes[attribute] : options.Segments.Assign(measures)).WithoutSmall(options.MinGroup);
        await SegmentWriter.WriteAsync(stage, users, measures, segments, options.Control, cancellation);
        await SegmentWriter.WriteSummaryAsync(stage, measures, segments, options.MinGroup, cancellation);
        return segments;
    }

    private static async Task<DueItems> FindDueAsync(
        TrainOptions options, StageContext stage, int users, int items, long referenceTime, CancellationToken cancellation)
    {
        if (options.Rules.Repurchase is not { } rule)
            return DueItems.None;
        stage.Progress.Start("reading purchases", 0, "");
        return DueItems.Find(await PurchaseHistory.ReadAsync(stage, cancellation), rule, users, items, referenceTime);
    }

    private static ItemLikeness FindLikeness(TrainOptions options, StageContext stage, SarModel model, CancellationToken cancellation)
    {
        if (options.Diversity == 0)
            return ItemLikeness.None;
        stage.Progress.Start("comparing products", 0, "");
        return ItemLikeness.Of(model, options.ModelNeighbours, stage.Threads, cancellation);
    }

    private static async Task<ListFigures> WriteListsAsync(
        TrainOptions options, StageContext stage, ListBuilder builder, UserTable users, ItemTable items, Grouping segments, ListFigures figures, CancellationToken cancellation)
    {
        await using var writer = new ListWriter(stage, users, items, segments);
        await using var verdicts = new VerdictWriter(stage, users, options.Send);
        for (int start = 0; start < users.Count; start += UsersPerRange)
        {
            int end = Math.Min(users.Count, start + UsersPerRange);
            stage.Progress.Start("recommending", end - start, "customers");
            ListRow[][] lists = builder.Build(start, end, new Forward(stage.Progress), stage.Threads, cancellation);
            for (int n = 0; n < lists.Length; n++)
                figures.Add(start + n, users.Ids[start + n], lists[n]);
            stage.Progress.Start("writing lists", users.Count, "customers");
            await writer.WriteAsync(start, lists, cancellation);
            await verdicts.WriteAsync(start, lists, cancellation);
        }
        await writer.CompleteAsync(cancellation);
        await verdicts.CompleteAsync(cancellation);
        stage.Counters.RowsIn = users.Count;
        stage.Counters.RowsKept = figures.WithList;
        if (figures.WithList < users.Count)
            stage.Counters.Drop("nothing_to_recommend", users.Count - figures.WithList);
        return figures;
    }

    private sealed class Forward(StageProgress progress) : IProgress<int>
    {
        public void Report(int value) => progress.Report(value);
    }
}
