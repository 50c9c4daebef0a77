using System.Runtime.ExceptionServices;

namespace Pipeline.Sar;

/// <summary>Consecutive rows that one worker handles in one go.</summary>
internal readonly record struct Chunk(int Index, int Start, int End);

/// <summary>
/// Rows spread over threads. Which worker gets which chunk is a race, so work may depend on nothing but its own rows and must put its
/// results where the chunk's index says: then any number of threads gives the same bytes.
/// </summary>
internal static class Workers
{
    /// <summary>Runs <paramref name="work"/> once for every chunk; each worker owns one scratch and uses it for all its chunks.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; looked at before each chunk.</exception>
    public static void Run<TScratch>(
        int rows, int rowsPerChunk, int threads, Func<TScratch> newScratch, Action<TScratch, Chunk> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        int chunks = Chunks(rows, rowsPerChunk);
        int next = -1;
        ExceptionDispatchInfo? failure = null;

        int workers = Math.Min(chunks, Threads(threads));
        if (workers <= 1)
            RunWorker(0);
        else
            Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, RunWorker);
        failure?.Throw();

        void RunWorker(int worker)
        {
            try
            {
                TScratch? scratch = default;
                bool made = false;
                for (int chunk; Volatile.Read(ref failure) is null && (chunk = Interlocked.Increment(ref next)) < chunks;)
                {
                    cancellation.ThrowIfCancellationRequested();
                    scratch = made ? scratch : newScratch();
                    made = true;
                    int start = chunk * rowsPerChunk;
                    work(scratch!, new Chunk(chunk, start, Math.Min(rows - start, rowsPerChunk) + start));
                }
            }
#pragma warning disable CA1031 // Kept and thrown again as it was: the caller sees the first failure itself, not an aggregate.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }
    }

    /// <summary>How many chunks <paramref name="rows"/> make.</summary>
    public static int Chunks(int rows, int rowsPerChunk) => (int)(((long)rows + rowsPerChunk - 1) / rowsPerChunk);

    /// <summary>How many threads a caller means who says <paramref name="threads"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public static int Threads(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        return threads == 0 ? Environment.ProcessorCount : threads;
    }
}
