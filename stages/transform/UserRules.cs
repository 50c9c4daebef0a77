using System.Collections.Concurrent;
using Pipeline.Hosting;

namespace Pipeline.Transform;

/// <summary>Applies the rules that look at one user at a time to a range of users after the other, on all threads.</summary>
internal sealed class UserRules(Rules rules, Ledger ledger, StageContext stage)
{
    private const int UsersPerChunk = 1024;

    private readonly ConcurrentBag<RuleWorker> idle = [];

    /// <summary>Applies them to all users of a table. O(n log n).</summary>
    public void ApplyTo(EventTable events, CancellationToken cancellation)
    {
        long done = events.Users.RowsBefore;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = stage.Threads, CancellationToken = cancellation };
        Parallel.ForEach(
            Partitioner.Create(events.Users.First, events.Users.End, UsersPerChunk), parallel,
            () => idle.TryTake(out RuleWorker? worker) ? worker : new RuleWorker(rules, ledger.Fork()),
            (chunk, _, worker) =>
            {
                long rows = 0;
                for (int user = chunk.Item1; user < chunk.Item2; user++)
                {
                    rows += events.KeptRowsOf(user).Count;
                    worker.Apply(events, user);
                }
                stage.Progress.Report(Interlocked.Add(ref done, rows));
                return worker;
            },
            worker =>
            {
                lock (ledger)
                    ledger.Take(worker.Ledger);
                worker.Rest();
                idle.Add(worker);
            });
    }
}
