using System.Reflection;
using Pipeline.Records;
using Pipeline.Storage;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Hosting.Tests;

public sealed class StageErrorTests
{
    private const int UnixNoSpace = 28;

    private static IEnumerable<TestCaseData> Ends()
    {
        foreach (ExitCode code in Enum.GetValues<ExitCode>().Except([ExitCode.Stopped]))
            yield return End(new StageException(code, "m", "h"), code, $"StageException({code})");
        yield return End(new StorageException(StorageFault.NotFound, "m"), ExitCode.Usage);
        yield return End(new StorageException(StorageFault.NotUsable, "m"), ExitCode.Usage);
        yield return End(new StorageException(StorageFault.Damaged, "m"), ExitCode.InputRefused);
        yield return End(new StorageException(StorageFault.Unavailable, "m"), ExitCode.Unavailable);
        yield return End(new RecordException(isContent: true, "m"), ExitCode.InputRefused, "RecordException(content)");
        yield return End(new RecordException(isContent: false, "m"), ExitCode.Usage, "RecordException(asked)");
        yield return End(new TableException("m"), ExitCode.InputRefused);
        yield return End(new TableException("m") { IsDiskFull = true }, ExitCode.Unavailable, "TableException(disk full)");
        yield return End(new TableException("m") { IsOutOfMemory = true }, ExitCode.OutOfMemory, "TableException(memory)");
        yield return End(new DuckDbException(DuckDbFault.Locked, "m"), ExitCode.Unavailable);
        yield return End(new DuckDbException(DuckDbFault.DiskFull, "m"), ExitCode.Unavailable);
        yield return End(new DuckDbException(DuckDbFault.File, "m"), ExitCode.Usage);
        yield return End(new DuckDbException(DuckDbFault.OutOfMemory, "m"), ExitCode.OutOfMemory);
        yield return End(new DuckDbException(DuckDbFault.Statement, "m"), ExitCode.Unexpected);
        yield return End(new InsufficientMemoryException("m"), ExitCode.OutOfMemory);
        yield return End(new IOException("m", UnixNoSpace), ExitCode.Unavailable, "IOException(disk full)");
        yield return End(new IOException("m"), ExitCode.Unexpected);
        yield return End(new InvalidOperationException("m"), ExitCode.Unexpected);
        yield return End(new OperationCanceledException("m"), ExitCode.Unexpected);

        static TestCaseData End(Exception exception, ExitCode code, string? name = null)
        {
            object? fault = exception.GetType().GetProperty("Fault", BindingFlags.Public | BindingFlags.Instance)?.GetValue(exception);
            name ??= exception.GetType().Name + (fault is null ? "" : $"({fault})");
            return new TestCaseData(exception, code).SetArgDisplayNames(name, code.ToString());
        }
    }

    [TestCaseSource(nameof(Ends))]
    public void Exception_ends_a_stage_with_its_code_and_message(Exception exception, ExitCode code)
    {
        StageError error = StageError.From("load", exception, isStopping: false);

        Assert.That((error.Stage, error.Code, error.Message), Is.EqualTo(("load", (int)code, "m")));
        if (exception is StageException)
            Assert.That(error.Hint, Is.EqualTo("h"));
        else if (code == ExitCode.Unexpected)
            Assert.That(error.Hint, Does.Contain("bug"));
    }

    [Test]
    public void Cancellation_of_a_stage_told_to_stop_is_no_failure_of_its_own()
    {
        StageError error = StageError.From("load", new TaskCanceledException("A task was canceled."), isStopping: true);

        Assert.That(error, Is.EqualTo(new StageError("load", 143, "Told to stop.", "Start it again: nothing half-done is left.")));
    }

    [Test]
    public void Failure_keeps_its_code_though_the_stage_was_told_to_stop_as_well()
    {
        Assert.That(StageError.From("load", new InvalidOperationException("m"), isStopping: true).Code, Is.EqualTo(1));
    }

    [Test]
    public void Error_is_read_as_it_was_written()
    {
        var error = new StageError("load", 3, "größer als \"alles\"\n", null);

        Assert.That(StageError.TryParse(error.ToJson()), Is.EqualTo(error));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("null")]
    [TestCase("[]")]
    public void Anything_else_is_no_error(string content) =>
        Assert.That(StageError.TryParse(System.Text.Encoding.UTF8.GetBytes(content)), Is.Null);

    [Test]
    public void Exit_codes_are_those_that_others_rely_on()
    {
        Assert.That(Enum.GetValues<ExitCode>().ToDictionary(c => c.ToString(), c => (int)c), Is.EquivalentTo(new Dictionary<string, int>
        {
            ["Done"] = 0,
            ["Unexpected"] = 1,
            ["Usage"] = 2,
            ["InputRefused"] = 3,
            ["Unavailable"] = 4,
            ["LeaseHeld"] = 5,
            ["OutputDiffers"] = 6,
            ["OutOfMemory"] = 7,
            ["Stopped"] = 143,
        }));
    }
}
