using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Hosting;

/// <summary>The shape every stage has as a process: options, signals, log, exit code. Nothing else catches a stage's exceptions.</summary>
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
        long started = Stopwatch.GetTimestamp();
        StageCommand<TOptions>? command = null;
        StageLog? log = null;
        try
        {
            command = StageCommand<TOptions>.Parse(args, definition);
            if (command is null)
                return (int)ExitCode.Done;
            log = StageLog.Start(stage, command.Host.Run);
            await new StageRun<TOptions>(definition, command, log).RunAsync(stopping.Token).ConfigureAwait(false);
            return (int)ExitCode.Done;
        }
        catch (StageUsageException e)
        {
            return await FailAsync(StageError.From(stage.Name, e.Usage, isStopping: false), stage, e.Usage, log, e.Host, started).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The one place that turns every exception into an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var error = StageError.From(stage.Name, e, stopping.IsCancellationRequested);
            if (command is not null)
                error = error with { Message = command.Reader.Copies.Describe(error.Message) };
            return await FailAsync(error, stage, e, log, command?.Host, started).ConfigureAwait(false);
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

    private static async Task<int> FailAsync(StageError error, StageContract stage, Exception exception, StageLog? log, HostOptions? host, long started)
    {
        string sentence = error.Hint is null ? error.Message : $"{error.Message} {error.Hint}";
        log?.Log.Log(
            LogLevel.Error, LogEvents.Failed,
            new NamedValues($"{sentence} (exit code {error.Code})", [new("message", error.Message), new("hint", error.Hint), new("code", error.Code)]),
            null, (state, _) => state.ToString());
        await Console.Error.WriteLineAsync($"{stage.Name}: {sentence}").ConfigureAwait(false);
        if (error.Code == (int)ExitCode.Unexpected)
            await Console.Error.WriteLineAsync(exception.ToString()).ConfigureAwait(false);

        if (host is not null)
            MetricLine.Write(host, stage, error.Code, Stopwatch.GetElapsedTime(started));

        // With the lease in another's hands the folder is that one's to write.
        if (host is not null && error.Code != (int)ExitCode.LeaseHeld)
            await LeaveErrorAsync(stage, error, host).ConfigureAwait(false);
        return error.Code;
    }

    private static async Task LeaveErrorAsync(StageContract stage, StageError error, HostOptions host)
    {
        try
        {
            RunFolder run = RunFolder.Open(host.Run, host.S3);
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
}
