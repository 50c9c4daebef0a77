using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Hosting;

/// <summary>
/// A stage between its options and its exit code: takes the lease, works out the fingerprint, passes over what is done, and commits
/// what the stage wrote, or removes it.
/// </summary>
internal sealed class StageRun<TOptions>
{
    private readonly StageDefinition<TOptions> definition;
    private readonly StageCommand<TOptions> command;
    private readonly StageLog log;
    private readonly StageContract stage;
    private readonly RunFolder folder;
    private readonly Dictionary<StageContract, StageInput> inputs = [];
    private readonly Dictionary<string, byte[]> earlier = [];

    public StageRun(StageDefinition<TOptions> definition, StageCommand<TOptions> command, StageLog log)
    {
        this.definition = definition;
        this.command = command;
        this.log = log;
        stage = definition.Stage;
        folder = RunFolder.Open(command.Host.Run, command.Host.S3);
    }

    /// <summary>Whether nothing is to be written.</summary>
    private bool IsTrial => definition.IsTrial?.Invoke(command.Stage) == true;

    public async Task RunAsync(CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        StageOutput output = await folder.TryBeginStageAsync(stage.Folder, cancellation).ConfigureAwait(false)
            ?? throw new StageException(
                ExitCode.LeaseHeld, $"Another process is writing '{folder.Store.Describe(stage.Folder)}'.", "Wait until it ends, or stop it.");
        using InputCopies copies = command.Reader.Copies;
        await using (output.ConfigureAwait(false))
        {
            await CopyInputsAsync(copies, cancellation).ConfigureAwait(false);
            Manifest manifest = await IdentifyAsync(cancellation).ConfigureAwait(false);
            if (await IsDoneAsync(manifest.Fingerprint, cancellation).ConfigureAwait(false))
            {
                await output.ForgetErrorAsync(cancellation).ConfigureAwait(false);
                log.Log.LogInformation(
                    LogEvents.Skipped, "already done: the output has the same fingerprint {fingerprint}", manifest.Fingerprint);
                WriteMetrics(started, null);
                return;
            }
            Counters counters = IsTrial
                ? await TryAsync(output, manifest, cancellation).ConfigureAwait(false)
                : await WorkAsync(output, manifest, cancellation).ConfigureAwait(false);
            LogEnd(counters, Stopwatch.GetElapsedTime(started));
            WriteMetrics(started, counters);
        }
    }

    private async Task CopyInputsAsync(InputCopies copies, CancellationToken cancellation)
    {
        if (copies.Count == 0)
            return;
        long started = Stopwatch.GetTimestamp();
        long bytes = await copies.DownloadAsync(cancellation).ConfigureAwait(false);
        log.Log.LogInformation(
            "copied {input_files} input files, {input_bytes} bytes, from S3 in {seconds} s", copies.Count, bytes, Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3));
    }

    /// <summary>Opens the inputs and gives the manifest as far as it is known before the work: what is to be done from what.</summary>
    private async Task<Manifest> IdentifyAsync(CancellationToken cancellation)
    {
        var identities = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string input, string path) in command.Reader.InputFiles)
            identities[input] = await Hashing.OfFileAsync(path, cancellation).ConfigureAwait(false);
        foreach ((string option, EarlierFile file) in command.Reader.EarlierFiles)
        {
            earlier[option] = await ReadEarlierAsync(option, file, cancellation).ConfigureAwait(false);
            identities[$"--{option} {stage.Folder}/{file.Path}"] = Hashing.Of(earlier[option]);
        }
        foreach (StageContract read in stage.Reads)
        {
            inputs[read] = await OpenInputAsync(read, cancellation).ConfigureAwait(false);
            identities[read.Folder] = inputs[read].ManifestHash;
        }
        RequireOneRun();
        if (definition.FurtherInputs is not null)
        {
            foreach ((string name, string identity) in definition.FurtherInputs(command.Stage, log.Log))
                identities[name] = identity;
        }
        string code = CodeVersion.Of(Assembly.GetEntryAssembly()!);
        return new Manifest
        {
            Stage = stage.Name,
            Fingerprint = Fingerprint.Of(stage.Name, code, command.Reader.Deciding, identities),
            Code = code,
            Options = command.Reader.Deciding,
            Inputs = identities,
            Files = [],
            Counters = new Dictionary<string, long>(),
        };
    }

    private async Task<StageInput> OpenInputAsync(StageContract read, CancellationToken cancellation)
    {
        try
        {
            return await folder.OpenStageAsync(read.Folder, cancellation).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Fault == StorageFault.NotFound)
        {
            throw new StageException(
                ExitCode.Usage, $"'{folder.Store.Describe(read.Folder)}' holds no finished output.", $"Run {read.Name} first, with the same --run.", e);
        }
    }

    /// <summary>Of two inputs the later must have been made from the earlier as it is now: else lists and recipients, say, would be of different nights.</summary>
    private void RequireOneRun()
    {
        foreach ((StageContract later, StageInput input) in inputs)
        {
            foreach ((StageContract before, StageInput now) in inputs)
            {
                if (input.Manifest.Inputs.TryGetValue(before.Folder, out string? then) && then != now.ManifestHash)
                {
                    throw new StageException(
                        ExitCode.InputRefused, $"'{folder.Store.Describe(later.Folder)}' was made from another '{before.Folder}' than is there now.",
                        $"Run {later.Name} again with --overwrite.");
                }
            }
        }
    }

    /// <summary>Reads what this stage left in an earlier run, which must have finished there.</summary>
    private async Task<byte[]> ReadEarlierAsync(string option, EarlierFile file, CancellationToken cancellation)
    {
        RunFolder run = RunFolder.Open(file.Run, command.Host.S3);
        string place = $"--{option} '{file.Run}'";
        if (run.Store.Describe(stage.Folder) == folder.Store.Describe(stage.Folder))
            throw new StageException(ExitCode.Usage, $"{place} is this run itself.", "Name an earlier one.");
        try
        {
            StageInput input = await run.OpenStageAsync(stage.Folder, cancellation).ConfigureAwait(false);
            ManifestFile[] found = [.. input.FilesOf(file.Path)];
            if (input.Manifest.Stage != stage.Name || found.Length != 1)
                throw new StageException(ExitCode.Usage, $"{place}: {stage.Name} left no {file.Path} there.", "Name a run that this version made.");
            using LocalCopy copy = await input.GetAsync(found[0], cancellation).ConfigureAwait(false);
            return await File.ReadAllBytesAsync(copy.Path, cancellation).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Fault == StorageFault.NotFound)
        {
            throw new StageException(ExitCode.Usage, $"{place} is no run in which {stage.Name} has finished.", "Name a run that is complete.", e);
        }
        catch (StorageException e) when (e.Fault == StorageFault.Damaged)
        {
            throw new StageException(ExitCode.Usage, $"{place} cannot be read: {e.Message}", "Or name another run.", e);
        }
    }

    /// <summary>Whether there is nothing to do.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.OutputDiffers"/>: there is another output, which may not be replaced.</exception>
    private async Task<bool> IsDoneAsync(string fingerprint, CancellationToken cancellation)
    {
        StageInput existing;
        try
        {
            existing = await folder.OpenStageAsync(stage.Folder, cancellation).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Fault == StorageFault.NotFound || (e.Fault == StorageFault.Damaged && command.Host.Overwrite))
        {
            return false;
        }
        if (existing.Manifest.Fingerprint == fingerprint)
        {
            return await existing.IsIntactAsync(cancellation).ConfigureAwait(false)
                && (definition.IsInPlace is null || await definition.IsInPlace(command.Stage, folder, existing.Manifest, cancellation).ConfigureAwait(false));
        }
        return command.Host.Overwrite || IsTrial
            ? false
            : throw new StageException(
                ExitCode.OutputDiffers,
                $"'{folder.Store.Describe(stage.Folder)}' holds an output of other inputs, options or code.",
                "Name a new run folder, or replace the output with --overwrite.");
    }

    private async Task<Counters> WorkAsync(StageOutput output, Manifest manifest, CancellationToken cancellation)
    {
        await output.ClearAsync(cancellation).ConfigureAwait(false);
        bool isCommitted = false;
        try
        {
            Counters counters = await TryAsync(output, manifest, cancellation).ConfigureAwait(false);
            // Another start of this stage may have failed meanwhile, before it asked for the lease.
            await output.ForgetErrorAsync(cancellation).ConfigureAwait(false);
            await output.CommitAsync(manifest with { Counters = counters.ToDictionary() }, cancellation).ConfigureAwait(false);
            isCommitted = true;
            return counters;
        }
        finally
        {
            if (!isCommitted)
                await ClearAfterFailureAsync(output).ConfigureAwait(false);
        }
    }

    /// <summary>Does the stage's work and commits nothing.</summary>
    private async Task<Counters> TryAsync(StageOutput output, Manifest manifest, CancellationToken cancellation)
    {
        var progress = new StageProgress();
        var context = new StageContext(
            folder, inputs, earlier, output, new DuckDbTableFormat(), command.Host.Threads, manifest.Fingerprint, log.Log, progress);
        await ProgressDisplay.ShowAsync(
            log, progress, TimeSpan.FromSeconds(command.Host.ProgressSeconds), () => definition.Run(command.Stage, context, cancellation)).ConfigureAwait(false);
        context.Counters.Check();
        return context.Counters;
    }

    private async Task ClearAfterFailureAsync(StageOutput output)
    {
        try
        {
            await output.ClearAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            // The failure itself is what the operator must hear; what is left has no manifest and goes with the next start.
            log.Log.LogWarning("files without a manifest were left behind: {message}", e.Message);
        }
    }

    private void WriteMetrics(long started, Counters? counters) =>
        MetricLine.Write(command.Host, stage, (int)ExitCode.Done, Stopwatch.GetElapsedTime(started), counters);

    private void LogEnd(Counters counters, TimeSpan elapsed)
    {
        using Process process = Process.GetCurrentProcess();
        double seconds = Math.Max(elapsed.TotalSeconds, 0.001);
        long peakMegabytes = process.PeakWorkingSet64 / (1024 * 1024);
        string drops = string.Concat(counters.Dropped.Select(d => $", {d.Value:N0} {d.Key.Replace('_', ' ')}"));
        string text = $"{counters.RowsIn:N0} rows in, {counters.RowsKept:N0} kept{drops}; {seconds:N1} s, {counters.RowsIn / seconds:N0} rows/s, peak {peakMegabytes:N0} MB";
        log.Log.Log(
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
}
