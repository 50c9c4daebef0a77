namespace Pipeline.Sar.Tests;

public class WorkersTests
{
    [Test]
    public void Run_handles_every_row_once([Values(0, 1, 9, 10, 11, 1000)] int rows, [Values(0, 1, 3, 64)] int threads)
    {
        int[] visits = new int[rows];
        Workers.Run(rows, 10, threads, () => 0, (_, chunk) =>
        {
            for (int row = chunk.Start; row < chunk.End; row++)
                Interlocked.Increment(ref visits[row]);
        }, CancellationToken.None);
        Assert.That(visits, Is.All.EqualTo(1));
    }

    [Test]
    public void Run_gives_a_worker_its_own_scratch()
    {
        int scratches = 0;
        Workers.Run(1000, 1, 3, () => Interlocked.Increment(ref scratches), (_, _) => { }, CancellationToken.None);
        Assert.That(scratches, Is.InRange(1, 3));
    }

    [Test]
    public void Run_throws_the_failure_itself([Values(1, 4)] int threads) => Assert.That(
        () => Workers.Run(100, 1, threads, () => 0, (_, chunk) => Check(chunk), CancellationToken.None),
        Throws.InvalidOperationException.With.Message.EqualTo("row 7"));

    [Test]
    public void Run_stops_when_cancelled([Values(1, 4)] int threads)
    {
        using var source = new CancellationTokenSource();
        int handled = 0;
        Assert.That(
            () => Workers.Run(10_000, 1, threads, () => 0, (_, _) =>
            {
                Interlocked.Increment(ref handled);
                source.Cancel();
            }, source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(handled, Is.LessThanOrEqualTo(threads));
    }

    [TestCase(int.MaxValue, 1, int.MaxValue)]
    [TestCase(int.MaxValue, 1024, 2097152)]
    [TestCase(0, 1024, 0)]
    public void Chunks_do_not_overflow(int rows, int rowsPerChunk, int expected) =>
        Assert.That(Workers.Chunks(rows, rowsPerChunk), Is.EqualTo(expected));

    [Test]
    public void Threads_below_0_are_refused() =>
        Assert.That(() => SarModel.Fit(Cases.Small(), new SarOptions(), threads: -1), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static void Check(Chunk chunk)
    {
        if (chunk.Start == 7)
            throw new InvalidOperationException("row 7");
    }
}
