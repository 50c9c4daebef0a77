using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Contracts;
using Pipeline.Database;
using Pipeline.Hosting;
using Pipeline.Storage;

namespace Pipeline.Inject;

/// <summary>A run into the database: loaded where nobody looks, checked against what was sent, compared with what is live, and switched to.</summary>
internal static class InjectStage
{
    public static readonly StageDefinition<InjectOptions> Definition = new()
    {
        Stage = Stages.Inject,
        Summary = "Puts recommendations, recipients and products into the database and makes them live in one instant.",
        Parse = InjectOptions.Parse,
        Run = RunAsync,
        IsInPlace = IsInPlaceAsync,
        IsTrial = options => options.DryRun,
    };

    private static async Task RunAsync(InjectOptions options, StageContext stage, CancellationToken cancellation)
    {
        Freshness freshness = await Freshness.ReadAsync(options, stage, cancellation);
        using WorkingFile? own = await options.OpenOwnAsync(stage.Run, cancellation);
        Receipt receipt = await Retry.RunAsync(options.RetryFor, stage.Log, () => InjectAsync(options, stage, own, freshness, cancellation), cancellation);
        receipt.Count(stage);
        if (options.DryRun)
            return;
        if (own is not null)
            await own.SaveAsync(cancellation);
        await stage.WriteFileAsync(Receipt.FileName, receipt.ToJson(), cancellation);
    }

    /// <summary>One attempt, from the connection on: what an attempt before has left is found and used, or removed.</summary>
    private static async Task<Receipt> InjectAsync(
        InjectOptions options, StageContext stage, WorkingFile? own, Freshness freshness, CancellationToken cancellation)
    {
        RunStore store = await options.OpenAsync(own, cancellation);
        await using IRunDatabase database = store.Database;
        void Warn(string sentence) => stage.Log.LogWarning("{sentence}", sentence);
        await database.LockAsync(cancellation);
        await store.PrepareAsync(options.ReaderRole, Warn, cancellation);
        StoredRun? live = await store.ActiveAsync(cancellation);
        if (live?.Fingerprint == stage.Fingerprint)
        {
            await store.PruneAsync(options.KeepRuns, Warn, cancellation);
            return Receipt.Parse(live.Receipt!);
        }

        StoredRun? kept = await store.FindAsync(stage.Fingerprint, cancellation);
        StoredRun run = kept ?? await store.BeginAsync(stage.Fingerprint, cancellation);
        Receipt receipt;
        try
        {
            receipt = kept is null
                ? await new RunLoader(store, run, stage, freshness).LoadAsync(cancellation)
                : await Receipt.VerifyAsync(Receipt.Parse(kept.Receipt!), kept, store, cancellation);
            await CompareAsync(options, stage, store, live, run, cancellation);
            if (options.DryRun)
            {
                if (kept is null)
                    await store.AbandonAsync(run, cancellation);
                return receipt;
            }
        }
        catch (Exception e) when (kept is null && e is not StageException { IsTransient: true })
        {
            await AbandonAsync(store, run, stage);
            throw;
        }
        // From here on the run is whole: whatever goes wrong, the next start has only to make it live.
        stage.Progress.Start("switching", 0, "");
        if (kept is null)
            await store.CompleteAsync(run, receipt.ToText(), cancellation);
        await store.ActivateAsync(run, cancellation);
        stage.Log.LogInformation("live in '{database}': run {run_number}", options.Describe(stage.Run), run.Id);
        await store.PruneAsync(options.KeepRuns, Warn, cancellation);
        return receipt;
    }

    private static async Task CompareAsync(
        InjectOptions options, StageContext stage, RunStore store, StoredRun? live, StoredRun run, CancellationToken cancellation)
    {
        if (live is null)
        {
            if (options.DryRun)
                stage.Log.LogInformation("'{database}' holds no live run to compare with", options.Describe(stage.Run));
            return;
        }
        stage.Progress.Start("comparing with the live run", 0, "");
        RunDiff diff = await RunDiff.BetweenAsync(store.Database, live, run, cancellation);
        diff.Show(stage);
        if (options.Target is null || diff.ChangedShare <= options.MaxChanged || options.DryRun)
            return;
        if (!options.AcceptChanges)
        {
            throw new StageException(
                ExitCode.InputRefused,
                $"{diff.Describe()}, more than the {Percentage.ToText(options.MaxChanged)} of --max-changed; nothing was changed in '{options.Describe(stage.Run)}'.",
                "Look at the lists; if they are right, take them with --accept-changes.");
        }
        stage.Log.LogWarning("changes accepted: {changes}", diff.Describe());
    }

    private static async Task AbandonAsync(RunStore store, StoredRun run, StageContext stage)
    {
        try
        {
            await store.AbandonAsync(run, CancellationToken.None);
        }
        catch (Exception e) when (e is StageException or Tables.DuckDb.DuckDbException)
        {
            // The failure itself is what the operator must hear; what is left is of no run and goes with the next start.
            stage.Log.LogWarning("what was loaded stays until the next start: {message}", e.Message);
        }
    }

    private static async Task<bool> IsInPlaceAsync(InjectOptions options, RunFolder run, Manifest manifest, CancellationToken cancellation)
    {
        using WorkingFile? own = await options.OpenOwnAsync(run, cancellation);
        if ((own?.Path ?? options.Target!.FilePath) is { } path && !File.Exists(path))
            return false;
        return await Retry.RunAsync(
            options.RetryFor, NullLogger.Instance,
            async () =>
            {
                RunStore store = await options.OpenAsync(own, cancellation);
                await using (store.Database)
                {
                    return await store.ExistsAsync(cancellation)
                        && (await store.ActiveAsync(cancellation))?.Fingerprint == manifest.Fingerprint
                        && !await store.HasOldRunsAsync(options.KeepRuns, cancellation);
                }
            },
            cancellation);
    }
}
