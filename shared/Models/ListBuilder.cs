using Pipeline.Sar;

namespace Pipeline.Models;

/// <summary>Puts the lists of many users together, made one by one on several threads.</summary>
internal static class ListBuilder
{
    private const int UsersPerBlock = 64;

    /// <summary>Makes a list for each user.</summary>
    /// <param name="users">The users.</param>
    /// <param name="threads">Most threads; 0: one per processor.</param>
    /// <param name="newScratch">What a thread needs for its work.</param>
    /// <param name="listOf">The items of a user's list with their scores, best first.</param>
    /// <param name="cancellation">Stops it between blocks of users.</param>
    public static RecommendationLists Build<TScratch>(
        ReadOnlyMemory<int> users, int threads, Func<TScratch> newScratch, Func<TScratch, int, List<(int Item, double Score)>> listOf,
        CancellationToken cancellation)
    {
        var lists = new (int Item, double Score)[users.Length][];
        Parallel.For(
            0, (users.Length + UsersPerBlock - 1) / UsersPerBlock,
            new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads, CancellationToken = cancellation },
            newScratch,
            (block, _, scratch) =>
            {
                for (int n = block * UsersPerBlock; n < Math.Min(users.Length, (block + 1) * UsersPerBlock); n++)
                    lists[n] = [.. listOf(scratch, users.Span[n])];
                return scratch;
            },
            _ => { });
        long[] starts = new long[lists.Length + 1];
        for (int n = 0; n < lists.Length; n++)
            starts[n + 1] = starts[n] + lists[n].Length;
        return new RecommendationLists(
            users.ToArray(), starts, [.. lists.SelectMany(l => l.Select(e => e.Item))], [.. lists.SelectMany(l => l.Select(e => e.Score))]);
    }
}
