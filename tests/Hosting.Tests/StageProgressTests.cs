namespace Pipeline.Hosting.Tests;

internal sealed class StageProgressTests
{
    private readonly Clock clock = new();

    [Test]
    public void Time_left_follows_from_the_pace_of_the_step()
    {
        var progress = new StageProgress(clock);
        clock.Seconds = 1000;
        progress.Start("reading", 200, "bytes");
        Assert.That(progress.Snapshot().Left, Is.Null, "nothing is known yet");

        clock.Seconds = 1010;
        progress.Report(50, rows: 7);

        Assert.That(progress.Snapshot(), Is.EqualTo(new ProgressSnapshot("reading", 50, 200, "bytes", 7, TimeSpan.FromSeconds(30))));
    }

    [Test]
    public void Nobody_knows_how_long_a_step_without_a_total_takes()
    {
        var progress = new StageProgress(clock);
        progress.Start("sorting", 0, "rows");
        clock.Seconds = 10;
        progress.Report(50);

        Assert.That(progress.Snapshot(), Is.EqualTo(new ProgressSnapshot("sorting", 50, 0, "rows", 50, null)));
    }

    [Test]
    public void More_than_the_total_leaves_no_time()
    {
        var progress = new StageProgress(clock);
        progress.Start("reading", 10, "rows");
        clock.Seconds = 10;
        progress.Report(12);

        Assert.That(progress.Snapshot().Left, Is.EqualTo(TimeSpan.Zero));
    }

    [TestCase("bytes", 2_000_000, 50.0, "reading: 1,000 of 5,000 bytes, 2,000,000 rows, 50 s left")]
    [TestCase("bytes", 0, null, "reading: 1,000 of 5,000 bytes")]
    [TestCase("rows", 1_000, 2.4, "reading: 1,000 of 5,000 rows, 2 s left")]
    public void Log_names_rows_and_time_left(string unit, long rows, double? left, string expected)
    {
        TimeSpan? time = left is null ? null : TimeSpan.FromSeconds(left.Value);
        Assert.That(new ProgressSnapshot("reading", 1_000, 5_000, unit, rows, time).ToValues().ToString(), Is.EqualTo(expected));
    }

    [TestCase(1_234_567, 61.2, "1,234,567 rows, 1:02 left")]
    [TestCase(5, 3_725, "5 rows, 1:02:05 left")]
    [TestCase(0, 0.2, "0:01 left")]
    [TestCase(5, 0, "5 rows")]
    [TestCase(0, 0, "")]
    public void Terminal_shows_rows_and_time_left(long rows, double secondsLeft, string expected) =>
        Assert.That(StepColumn.ToText(rows, secondsLeft, isFinished: false), Is.EqualTo(expected));

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
