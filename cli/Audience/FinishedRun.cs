using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Sar;
using Pipeline.Storage;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Audience;

/// <summary>A run whose lists are made: its customers and products, and what its model of all customers was fitted with and to.</summary>
internal sealed class FinishedRun
{
    private readonly RunFolder folder;
    private readonly StageInput transformed, recommended;
    private readonly DuckDbTableFormat format = new();

    private FinishedRun(RunFolder folder, StageInput transformed, StageInput recommended)
    {
        this.folder = folder;
        this.transformed = transformed;
        this.recommended = recommended;
    }

    /// <summary>The customers' ids, by index.</summary>
    public TextIndex Users { get; } = new();

    /// <summary>The products' ids, by index.</summary>
    public TextIndex Items { get; } = new();

    /// <summary>What each product is called; null where nobody says.</summary>
    public List<string?> Names { get; } = [];

    /// <summary>Each product's category; null without one.</summary>
    public List<string?> Categories { get; } = [];

    /// <summary>Opens a run and reads who and what there is.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: the lists were made of other interactions than are there now.</exception>
    public static async Task<FinishedRun> OpenAsync(string location, CancellationToken cancellation)
    {
        RunFolder folder = RunFolder.Open(location);
        StageInput recommended = await folder.OpenStageAsync(Stages.Train.Folder, cancellation);
        StageInput transformed = await folder.OpenStageAsync(Stages.Transform.Folder, cancellation);
        if (recommended.Manifest.Inputs.GetValueOrDefault(Stages.Transform.Folder) != transformed.ManifestHash)
        {
            throw new StageException(
                ExitCode.InputRefused, $"The lists in '{folder.Store.Location}' were made of other interactions than are there now.", "Run train again with --overwrite.");
        }
        var run = new FinishedRun(folder, transformed, recommended);
        await run.ReadAsync(Contracts.Users.DataSet, batch =>
        {
            for (int row = 0; row < batch.Count; row++)
                run.Users.Add(batch.Text(Contracts.Users.UserId)[row]);
        }, cancellation, Contracts.Users.UserId);
        await run.ReadAsync(Contracts.Items.DataSet, batch =>
        {
            for (int row = 0; row < batch.Count; row++)
            {
                run.Items.Add(batch.Text(Contracts.Items.ItemId)[row]);
                run.Names.Add(batch.Text(Catalogue.Name).GetString(row));
                run.Categories.Add(batch.Text(Catalogue.Category).GetString(row));
            }
        }, cancellation, Contracts.Items.ItemId, Catalogue.Name, Catalogue.Category);
        return run;
    }

    /// <summary>What the run's lists were made with.</summary>
    public async Task<FittedModel> FitAsync(int threads, CancellationToken cancellation)
    {
        SortedDictionary<string, string> options = recommended.Manifest.Options;
        var numbers = System.Globalization.CultureInfo.InvariantCulture;
        using JsonDocument parameters = JsonDocument.Parse(await ReadFileAsync("model/parameters.json", cancellation));
        DateTimeOffset reference = parameters.RootElement.GetProperty("reference_time").GetDateTimeOffset();
        var sar = new SarOptions
        {
            Similarity = Enum.Parse<SimilarityKind>(options["similarity"], ignoreCase: true),
            CoOccurrenceUnit = Enum.Parse<CoOccurrenceUnit>(options["co-occurrence"], ignoreCase: true),
            MinSupport = int.Parse(options["min-support"], numbers),
            HalfLifeDays = double.Parse(options["half-life-days"], numbers),
            Neighbours = int.Parse(options["neighbours"], numbers),
            ReferenceTime = (reference - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
        };
        SarModel model = SarModel.Fit(await ReadInteractionsAsync(sar, cancellation), sar, threads, cancellation);
        return new FittedModel(model, options["score"] == "mean", int.Parse(options["min-group"], numbers));
    }

    private async Task<Pipeline.Sar.Interactions> ReadInteractionsAsync(SarOptions options, CancellationToken cancellation)
    {
        int rows = checked((int)transformed.FilesOf(WeightedInteractions.DataSet.Path).Sum(file => file.Rows ?? 0));
        int[] user = new int[rows], item = new int[rows], basket = new int[options.CoOccurrenceUnit == CoOccurrenceUnit.Basket ? rows : 0];
        double[] weight = new double[rows];
        long[] time = new long[rows];
        int filled = 0;
        await ReadAsync(WeightedInteractions.DataSet, batch =>
        {
            batch.Values<int>(WeightedInteractions.UserIndex)[..batch.Count].CopyTo(user.AsSpan(filled));
            batch.Values<int>(WeightedInteractions.ItemIndex)[..batch.Count].CopyTo(item.AsSpan(filled));
            batch.Values<double>(WeightedInteractions.Weight)[..batch.Count].CopyTo(weight.AsSpan(filled));
            batch.Values<long>(WeightedInteractions.Time)[..batch.Count].CopyTo(time.AsSpan(filled));
            if (basket.Length > 0)
                batch.Values<int>(WeightedInteractions.Basket)[..batch.Count].CopyTo(basket.AsSpan(filled));
            filled += batch.Count;
        }, cancellation, WeightedInteractions.UserIndex, WeightedInteractions.ItemIndex, WeightedInteractions.Time, WeightedInteractions.Weight, WeightedInteractions.Basket);
        return new Pipeline.Sar.Interactions(Users.Count, Items.Count, user, item, weight, time, basket);
    }

    private async Task ReadAsync(DataSet dataSet, Action<ColumnBatch> read, CancellationToken cancellation, params Column[] columns)
    {
        var batch = new ColumnBatch(dataSet.Schema.Select([.. columns]));
        foreach (ManifestFile file in transformed.FilesOf(dataSet.Path))
        {
            if (file.Contract != dataSet.Schema.Contract)
            {
                throw new StageException(
                    ExitCode.InputRefused, $"'{folder.Store.Describe($"{dataSet.Stage.Folder}/{file.Path}")}' was written as {file.Contract}, this version reads {dataSet.Schema.Contract}.",
                    $"Run {dataSet.Stage} again with this version.");
            }
            using LocalCopy copy = await transformed.GetAsync(file, cancellation);
            await using ITableReader reader = await format.OpenAsync(copy.Path, batch.Schema, cancellation);
            while (await reader.ReadAsync(batch, cancellation))
                read(batch);
        }
    }

    private async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellation)
    {
        using LocalCopy copy = await recommended.GetAsync(recommended.FilesOf(path).Single(), cancellation);
        return await File.ReadAllBytesAsync(copy.Path, cancellation);
    }
}

/// <summary>The model that a run's lists were made with, fitted again: to the same bits.</summary>
/// <param name="Sar">The model.</param>
/// <param name="ScoresAreMeans">Whether the run's scores are means over the customer's affinities, and not sums.</param>
/// <param name="MinGroup">Fewest customers who must have two products for one to be named as the reason for the other.</param>
internal sealed record FittedModel(SarModel Sar, bool ScoresAreMeans, int MinGroup);
