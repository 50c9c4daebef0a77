using System.Globalization;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Evaluation;
using Pipeline.Flow;
using Pipeline.Hosting;
using Pipeline.Models;
using Pipeline.Sar;
using Pipeline.Storage;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;
using Interactions = Pipeline.Sar.Interactions;

namespace Pipeline.Cli.Evaluate;

/// <summary>
/// Between transform and train: the model that will be trained on everything is trained without the last days and measured on them, beside
/// what is popular. The figures stay in the run; gates stop the run before a worse model replaces a good one.
/// </summary>
/// <param name="options">What is measured and demanded.</param>
internal sealed class HoldoutCheck(HoldoutOptions options)
{
    /// <summary>Does its work once transform has finished.</summary>
    /// <exception cref="StageException">The interactions cannot be split, or a demand is not met.</exception>
    public async Task AfterAsync(FlowStage stage, IReadOnlyDictionary<string, string> flags, CancellationToken cancellation)
    {
        if (stage.Stage != Stages.Transform)
            return;
        RunFolder run = RunFolder.Open(HoldoutOptions.RunOf(flags));
        StageInput input = await run.OpenStageAsync(Stages.Transform.Folder, cancellation);
        (SarOptions sar, int k) = HoldoutOptions.TrainOptions(flags);
        string fingerprint = Hashing.Of(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{input.ManifestHash} {options.Days} {k} {sar with { MemoryBudget = null }} {typeof(SarModel).Module.ModuleVersionId} {typeof(Evaluator).Module.ModuleVersionId} {typeof(SarRecommender).Module.ModuleVersionId}")));
        HoldoutRecord? record = await HoldoutRecord.ReadAsync(run, cancellation);
        if (record?.Fingerprint != fingerprint)
        {
            record = Measure(await ReadAsync(input, cancellation), sar, k, fingerprint, cancellation);
            await record.WriteAsync(run, cancellation);
        }
        Say(record);
        await JudgeAsync(record, cancellation);
    }

    private HoldoutRecord Measure(Interactions rows, SarOptions sar, int k, string fingerprint, CancellationToken cancellation)
    {
        try
        {
            Split split = Splits.LastDays(rows, options.Days);
            LeakDetector.Check(split.Training, split.Cut!.Value);
            var experiment = new Experiment(split, new EvaluationOptions { Ks = [k], Population = Population.TruthUsers });
            EvaluationResult model = experiment.Run(new SarRecommender("sar", sar), cancellation).Result;
            EvaluationResult popular = experiment.Run(new PopularRecommender(), cancellation).Result;
            PairedTest test = Significance.Compare(model.PerUser(MetricNames.Ndcg, k), popular.PerUser(MetricNames.Ndcg, k));
            return new HoldoutRecord(
                fingerprint, options.Days, k, experiment.UserCount, experiment.ColdUserCount, model.Figures, popular.Figures, test.Difference, test.PValue);
        }
        catch (SplitException e)
        {
            throw new StageException(ExitCode.InputRefused, $"--evaluate: {e.Message}", cause: e);
        }
        catch (SarMemoryException e)
        {
            throw new StageException(ExitCode.OutOfMemory, e.Message, "See --memory.", e);
        }
    }

    private static void Say(HoldoutRecord record) => Console.Error.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"evaluated on the last {record.HoldoutDays} days: NDCG@{record.K} {record.Ndcg:0.0000}, popular products {record.PopularNdcg:0.0000}, {record.Users:N0} customers"));

    private async Task JudgeAsync(HoldoutRecord record, CancellationToken cancellation)
    {
        if (options.DemandsPopularity && record.NdcgAgainstPopular < 0)
            throw new StageException(
                ExitCode.InputRefused,
                string.Create(CultureInfo.InvariantCulture, $"The model is worse than popular products: NDCG@{record.K} {record.Ndcg:0.0000} against {record.PopularNdcg:0.0000} on the last {record.HoldoutDays} days."),
                "Look for better options with './pipeline tune'.");
        if (options.LastRun is not { } last)
            return;
        HoldoutRecord before = await HoldoutRecord.ReadAsync(RunFolder.Open(last.Run), cancellation)
            ?? throw new StageException(ExitCode.Usage, $"--last-run '{last.Run}' has no {HoldoutRecord.Key}: name a run that was made with --evaluate.");
        if (before.HoldoutDays != record.HoldoutDays || before.K != record.K)
            throw new StageException(
                ExitCode.Usage,
                string.Create(CultureInfo.InvariantCulture, $"--last-run '{last.Run}' was measured on {before.HoldoutDays} days with lists of {before.K}, this one on {record.HoldoutDays} with {record.K}: they cannot be compared."));
        if (record.Ndcg < before.Ndcg * (1 - last.Share))
            throw new StageException(
                ExitCode.InputRefused,
                string.Create(CultureInfo.InvariantCulture, $"The model is worse than that of '{last.Run}': NDCG@{record.K} {record.Ndcg:0.0000} after {before.Ndcg:0.0000}, which is {Percentage.ToSignedText(record.Ndcg / before.Ndcg - 1)} where -{Percentage.ToText((decimal)last.Share)} is allowed."),
                "Look at what changed in the interactions, or raise --max-loss.");
    }

    private static async Task<Interactions> ReadAsync(StageInput input, CancellationToken cancellation)
    {
        TableSchema columns = WeightedInteractions.Schema.Select(
            WeightedInteractions.UserIndex, WeightedInteractions.ItemIndex, WeightedInteractions.Time, WeightedInteractions.Weight, WeightedInteractions.Basket);
        List<int> users = [], items = [], baskets = [];
        List<double> weights = [];
        List<long> times = [];
        var batch = new ColumnBatch(columns);
        var format = new DuckDbTableFormat();
        foreach (ManifestFile file in input.FilesOf(WeightedInteractions.DataSet.Path))
        {
            using LocalCopy copy = await input.GetAsync(file, cancellation);
            await using ITableReader reader = await format.OpenAsync(copy.Path, columns, cancellation);
            while (await reader.ReadAsync(batch, cancellation))
            {
                users.AddRange(batch.Values<int>(WeightedInteractions.UserIndex)[..batch.Count]);
                items.AddRange(batch.Values<int>(WeightedInteractions.ItemIndex)[..batch.Count]);
                times.AddRange(batch.Values<long>(WeightedInteractions.Time)[..batch.Count]);
                weights.AddRange(batch.Values<double>(WeightedInteractions.Weight)[..batch.Count]);
                baskets.AddRange(batch.Values<int>(WeightedInteractions.Basket)[..batch.Count]);
            }
        }
        return new Interactions(
            users.Count == 0 ? 0 : users.Max() + 1, items.Count == 0 ? 0 : items.Max() + 1, users.ToArray(), items.ToArray(), weights.ToArray(), times.ToArray(), baskets.ToArray());
    }
}
