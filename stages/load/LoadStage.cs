using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Load;

/// <summary>Files in, tables out, every line accounted for.</summary>
internal static class LoadStage
{
    public static readonly StageDefinition<LoadOptions> Definition = new()
    {
        Stage = Stages.Load,
        Summary = "Reads the shop's interactions and catalogue into the run, and accounts for every line.",
        Parse = LoadOptions.Parse,
        Run = RunAsync,
    };

    private static async Task RunAsync(LoadOptions options, StageContext stage, CancellationToken cancellation)
    {
        InputReader.CheckHeaders(options.Interactions, options.Settings, options.Columns, "columns");
        if (options.Catalogue is not null)
            InputReader.CheckHeaders(options.Catalogue, options.CatalogueSettings, options.CatalogueColumns, "catalogue-columns");
        await using var rejects = new RejectLog(stage.Write(Rejects.DataSet));
        Profile profile = await LoadInteractionsAsync(options, stage, rejects, cancellation);
        profile = profile with { Catalogue = await LoadCatalogueAsync(options, stage, rejects, cancellation) };
        await rejects.CompleteAsync(cancellation);
        ProfileReport.Write(profile, stage);
        await stage.WriteFileAsync(Profile.FileName, profile.ToJson(), cancellation);
        await DriftCheck.RunAsync(options, profile, stage, cancellation);
    }

    private static async Task<Profile> LoadInteractionsAsync(
        LoadOptions options, StageContext stage, RejectLog rejects, CancellationToken cancellation)
    {
        Counters counters = stage.Counters;
        rejects.Begin(options.Interactions, options.Settings);
        await using TableOutput table = stage.Write(Interactions.DataSet);
        var file = new InteractionFile(options);
        var profile = new ProfileBuilder();
        using var input = new InputReader("reading interactions", options.Interactions, options.Settings, options.Columns, "columns", stage);

        while (input.Read(rejects, cancellation))
        {
            RecordSource source = input.Source;
            counters.RowsIn++;
            if (source.Fault is not null)
            {
                await rejects.WriteAsync(source, cancellation);
                continue;
            }
            LineVerdict verdict = file.Read(source, table.Batch);
            if (verdict == LineVerdict.Kept)
            {
                profile.Add(table.Batch, table.Batch.Count);
                await table.NextRowAsync(cancellation);
                if (table.IsPartFull)
                    await table.NextPartAsync(cancellation);
            }
            else if (verdict.IsExcluded)
            {
                counters.Drop(verdict.Reason!);
            }
            else
            {
                await rejects.WriteAsync(source, verdict, cancellation);
            }
        }
        var excluded = new SortedDictionary<string, long>(counters.Dropped.ToDictionary(), StringComparer.Ordinal);
        rejects.Check(counters.RowsIn, excluded, options.MaxRejects, "columns");
        await table.CompleteAsync(cancellation);

        foreach ((string reason, long lines) in rejects.Reasons)
            counters.Drop(reason, lines);
        counters.RowsKept = table.RowCount;
        counters.Set("excluded", excluded.Values.Sum());
        counters.Set("rejected", rejects.Count);
        return profile.ToProfile(
            counters.RowsIn, counters.RowsKept, excluded, new SortedDictionary<string, long>(rejects.Reasons.ToDictionary(), StringComparer.Ordinal));
    }

    private static async Task<CatalogueProfile?> LoadCatalogueAsync(
        LoadOptions options, StageContext stage, RejectLog rejects, CancellationToken cancellation)
    {
        await using TableOutput table = stage.Write(Catalogue.DataSet);
        CatalogueProfile? profile = null;
        if (options.Catalogue is not null)
        {
            rejects.Begin(options.Catalogue, options.CatalogueSettings);
            var file = new CatalogueFile(options);
            using var input = new InputReader(
                "reading the catalogue", options.Catalogue, options.CatalogueSettings, options.CatalogueColumns, "catalogue-columns", stage);
            while (input.Read(rejects, cancellation))
            {
                RecordSource source = input.Source;
                if (source.Fault is not null)
                {
                    await rejects.WriteAsync(source, cancellation);
                    continue;
                }
                LineVerdict verdict = file.Read(source, table.Batch);
                if (verdict == LineVerdict.Kept)
                    await table.NextRowAsync(cancellation);
                else
                    await rejects.WriteAsync(source, verdict, cancellation);
            }
            long lines = table.RowCount + rejects.Count;
            rejects.Check(lines, new Dictionary<string, long>(), options.MaxRejects, "catalogue-columns");
            profile = new CatalogueProfile(
                lines, table.RowCount, new SortedDictionary<string, long>(rejects.Reasons.ToDictionary(), StringComparer.Ordinal));
        }
        await table.CompleteAsync(cancellation);
        stage.Counters.Set("catalogue_kept", table.RowCount);
        stage.Counters.Set("catalogue_rejected", (profile?.Lines ?? 0) - table.RowCount);
        stage.Log.LogInformation(
            "catalogue: {catalogue_kept} products kept, {catalogue_rejected} lines rejected", table.RowCount, (profile?.Lines ?? 0) - table.RowCount);
        return profile;
    }
}
