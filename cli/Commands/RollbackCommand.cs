using System.CommandLine;
using System.Diagnostics;
using Pipeline.Database;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline rollback</c>: the run before the live one is live again.</summary>
internal static class RollbackCommand
{
    public static Command Create()
    {
        var command = new Command("rollback", "Make the run live again that was so before the one that is.");
        var database = new LiveDatabase(command, "target");
        command.SetAction((parsed, cancellation) => database.UseAsync(parsed, changes: true, async (store, name) =>
        {
            long started = Stopwatch.GetTimestamp();
            await store.Database.LockAsync(cancellation);
            (StoredRun from, StoredRun to) = await store.RollBackAsync(cancellation);
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Console.WriteLine($"live in '{name}': run {to.Id} ({to.Fingerprint[..12]}) again, no longer run {from.Id} ({from.Fingerprint[..12]}); {seconds:0.00} s");
        }, cancellation));
        return command;
    }
}
