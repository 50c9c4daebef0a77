using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Hosting;

/// <summary>The shape every stage has: options, lease, fingerprint, work, manifest, exit code. Nothing else catches a stage's exceptions.</summary>
public static class StageHost
{
    /// <summary>Runs a stage from the command line to the exit code.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync<TOptions>(string[] args, StageDefinition<TOptions> definition)
    {
        ArgumentNullException.ThrowIfNull(definition);

        StageContract stage = definition.Stage;
        // A message must read the same wherever the stage runs.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        using var stopping = new CancellationTokenSource();
        using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM);
        using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT);
        string? location = null;
        StageLog? log = null;
        try
        {
            StageCommand<TOptions>? command = StageCommand<TOptions>.Parse(args, definition);
            if (command is null)
                return (int)ExitCode.Done;
            location = command.Host.Run;
            log = StageLog.Start(stage, location);
            await RunStageAsync(definition, command, log, stopping.Token).ConfigureAwait(false);
            return (int)ExitCode.Done;
        }
        catch (StageUsageException e)
        {
            return await FailAsync(stage, e.Usage, log, e.Run, isStopping: false).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The one place that turns every exception into an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return await FailAsync(stage, e, log, location, stopping.IsCancellationRequested).ConfigureAwait(false);
        }
        finally
        {
            log?.Dispose();
        }

        PosixSignalRegistration StopOn(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stopping.Cancel();
        });
    }

    private static async Task RunStageAsync<TOptions>(
        StageDefinition<TOptions> definition, StageCommand<TOptions> command, StageLog log, CancellationToken cancellation)
    {
        StageContract stage = definition.Stage;
        long started = Stopwatch.GetTimestamp();
        var progress = new StageProgress();
        RunFolder folder = RunFolder.Open(command.Host.Run);
        StageOutput output = await folder.TryBeginStageAsync(stage.Folder, cancellation).ConfigureAwait(false)
            ?? throw new StageException(
                ExitCode.LeaseHeld, $"Another process is writing '{folder.Store.Describe(stage.Folder)}'.", "Wait until it ends, or stop it.");
        await using (output.ConfigureAwait(false))
        {
            string code = CodeVersion.Of(Assembly.GetEntryAssembly()!);
            SortedDictionary<string, string> options = command.Reader.Deciding;
            var inputHashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach ((string option, string path) in command.Reader.InputFiles)
                inputHashes[$"--{option} {Path.GetFileName(path)}"] = await Hashing.OfFileAsync(path, cancellation).ConfigureAwait(false);
            var inputs = new Dictionary<StageContract, StageInput>();
            foreach (StageContract read in stage.Reads)
            {
                inputs[read] = await OpenInputAsync(folder, read, cancellation).ConfigureAwait(false);
                inputHashes[read.Folder] = inputs[read].ManifestHash;
            }
            if (definition.FurtherInputs is not null)
            {
                foreach ((string name, string identity) in definition.FurtherInputs(command.Stage, log.Log))
                    inputHashes[name] = identity;
            }
            string fingerprint = Fingerprint.Of(stage.Name, code, options, inputHashes);

            if (await IsDoneAsync(fingerprint).ConfigureAwait(false))
            {
                await output.ForgetErrorAsync(cancellation).ConfigureAwait(false);
                log.Log.LogInformation(LogEvents.Skipped, "already done: the output has the same fingerprint {fingerprint}", fingerprint);
                return;
            }

            await output.ClearAsync(cancellation).ConfigureAwait(false);
            var context = new StageContext(
                folder, inputs, output, new DuckDbTableFormat(), command.Host.Threads, fingerprint, log.Log, progress);
            bool isCommitted = false;
            try
            {
                await ProgressDisplay.ShowAsync(
                    log, progress, TimeSpan.FromSeconds(command.Host.ProgressSeconds), () => definition.Run(command.Stage, context, cancellation)).ConfigureAwait(false);
                context.Counters.Check();
                // Another start of this stage may have failed meanwhile, before it asked for the lease.
                await output.ForgetErrorAsync(cancellation).ConfigureAwait(false);
                await output.CommitAsync(
                    new Manifest
                    {
                        Stage = stage.Name,
                        Fingerprint = fingerprint,
                        Code = code,
                        Options = options,
                        Inputs = inputHashes,
                        Files = [],
                        Counters = context.Counters.ToDictionary(),
                    },
                    cancellation).ConfigureAwait(false);
                isCommitted = true;
            }
            finally
            {
                if (!isCommitted)
                    await ClearAfterFailureAsync(output, log.Log).ConfigureAwait(false);
            }
            LogEnd(log.Log, context.Counters, Stopwatch.GetElapsedTime(started));
        }

        async Task<bool> IsDoneAsync(string fingerprint)
        {
            StageInput existing;
            try
            {
                existing = await folder.OpenStageAsync(stage.Folder, cancellation).ConfigureAwait(false);
            }
            catch (StorageException e) when (e.Fault == StorageFault.NotFound)
            {
                return false;
            }
            catch (StorageException e) when (e.Fault == StorageFault.Damaged && command.Host.Overwrite)
            {
                return false;
            }
            if (existing.Manifest.Fingerprint == fingerprint)
            {
                return await existing.IsIntactAsync(cancellation).ConfigureAwait(false)
                    && (definition.IsInPlace is null || await definition.IsInPlace(command.Stage, folder, existing.Manifest, cancellation).ConfigureAwait(false));
            }
            return command.Host.Overwrite
                ? false
                : throw new StageException(
                    ExitCode.OutputDiffers,
                    $"'{folder.Store.Describe(stage.Folder)}' holds an output of other inputs, options or code.",
                    "Name a new run folder, or replace the output with --overwrite.");
        }
    }

    private static async Task<StageInput> OpenInputAsync(RunFolder run, StageContract read, CancellationToken cancellation)
    {
        try
        {
            return await run.OpenStageAsync(read.Folder, cancellation).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Fault == StorageFault.NotFound)
        {
            throw new StageException(
                ExitCode.Usage, $"'{run.Store.Describe(read.Folder)}' holds no finished output.", $"Run {read.Name} first, with the same --run.", e);
        }
    }

    private static async Task ClearAfterFailureAsync(StageOutput output, ILogger log)
    {
        try
        {
            await output.ClearAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            // The failure itself is what the operator must hear; what is left has no manifest and goes with the next start.
            log.LogWarning("files without a manifest were left behind: {message}", e.Message);
        }
    }

    private static void LogEnd(ILogger log, Counters counters, TimeSpan elapsed)
    {
        using Process process = Process.GetCurrentProcess();
        double seconds = Math.Max(elapsed.TotalSeconds, 0.001);
        long peakMegabytes = process.PeakWorkingSet64 / (1024 * 1024);
        string drops = string.Concat(counters.Dropped.Select(d => $", {d.Value:N0} {d.Key.Replace('_', ' ')}"));
        string text = $"{counters.RowsIn:N0} rows in, {counters.RowsKept:N0} kept{drops}; {seconds:N1} s, {counters.RowsIn / seconds:N0} rows/s, peak {peakMegabytes:N0} MB";
        log.Log(
            LogLevel.Information, LogEvents.Finished,
            new NamedValues(
                text,
                [
                    new("seconds", Math.Round(seconds, 3)),
                    new("rows_per_second", (long)(counters.RowsIn / seconds)),
                    new("peak_mb", peakMegabytes),
                    .. counters.ToDictionary().Select(c => new KeyValuePair<string, object?>(c.Key, c.Value)),
                ]),
            null, (state, _) => state.ToString());
    }

    private static async Task<int> FailAsync(StageContract stage, Exception exception, StageLog? log, string? location, bool isStopping)
    {
        StageError error = StageError.From(stage.Name, exception, isStopping);
        string sentence = error.Hint is null ? error.Message : $"{error.Message} {error.Hint}";
        log?.Log.Log(
            LogLevel.Error, LogEvents.Failed,
            new NamedValues($"{sentence} (exit code {error.Code})", [new("message", error.Message), new("hint", error.Hint), new("code", error.Code)]),
            null, (state, _) => state.ToString());
        await Console.Error.WriteLineAsync($"{stage.Name}: {sentence}").ConfigureAwait(false);
        if (error.Code == (int)ExitCode.Unexpected)
            await Console.Error.WriteLineAsync(exception.ToString()).ConfigureAwait(false);

        // With the lease in another's hands the folder is that one's to write.
        if (location is not null && error.Code != (int)ExitCode.LeaseHeld)
            await LeaveErrorAsync(stage, error, location).ConfigureAwait(false);
        return error.Code;
    }

    private static async Task LeaveErrorAsync(StageContract stage, StageError error, string location)
    {
        try
        {
            RunFolder run = RunFolder.Open(location);
            await run.Store.WriteAsync($"{stage.Folder}/{StageOutput.ErrorFileName}", error.ToJson(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Message == error.Message)
        {
            // The run itself is what cannot be written, and that has been said.
        }
        catch (StorageException e)
        {
            await Console.Error.WriteLineAsync($"{stage.Name}: {StageOutput.ErrorFileName} could not be left in the run: {e.Message}").ConfigureAwait(false);
        }
    }

    /// <summary>A log line's values where their names are not known when the line is written.</summary>
    private sealed class NamedValues(string text, IEnumerable<KeyValuePair<string, object?>> values) : List<KeyValuePair<string, object?>>(values)
    {
        public override string ToString() => text;
    }
}
