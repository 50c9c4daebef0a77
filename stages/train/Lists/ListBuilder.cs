using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>Makes the lists of a range of customers: what the models say, then the rest of the fallback chain.</summary>
/// <param name="scorer">What the models say.</param>
/// <param name="all">The model of all customers, for what each has had.</param>
/// <param name="popular">What lists are filled up with.</param>
/// <param name="items">The products.</param>
/// <param name="plan">What holds for all lists.</param>
/// <param name="scoresAreMeans">Whether scores are put on the scale that all customers share.</param>
internal sealed class ListBuilder(Scorer scorer, SarModel all, Popularities popular, ItemTable items, ListPlan plan, bool scoresAreMeans)
{
    private const int UsersPerChunk = 1024;

    private long overCategory;

    /// <summary>Candidates so far that came when their category had its share of the list already.</summary>
    public long OverCategory => overCategory;

    /// <summary>The lists of the customers from <paramref name="start"/> up to <paramref name="end"/>; any number of threads gives the same.</summary>
    public ListRow[][] Build(int start, int end, IProgress<int>? progress, int threads, CancellationToken cancellation)
    {
        Candidate[][] personal = scorer.Score(start, end, progress, threads, cancellation);
        var lists = new ListRow[end - start][];
        int chunks = (end - start + UsersPerChunk - 1) / UsersPerChunk;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, chunks, parallel, () => (Chain: new FallbackChain(all, popular, items), Composer: new ListComposer(plan)), (chunk, _, worker) =>
        {
            for (int n = chunk * UsersPerChunk; n < Math.Min(lists.Length, (chunk + 1) * UsersPerChunk); n++)
            {
                int user = start + n;
                worker.Composer.Begin(user, all.Affinity.Row(user).Indices, scoresAreMeans ? all.TotalAffinity(user) : 1);
                worker.Chain.Offer(user, personal[n], worker.Composer);
                lists[n] = [.. worker.Composer.Complete()];
            }
            return worker;
        }, worker => Interlocked.Add(ref overCategory, worker.Composer.OverCategory));
        return lists;
    }
}
