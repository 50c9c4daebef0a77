using System.Text.Json;

namespace Pipeline.Hosting.Tests;

public sealed class StageLogTests : StageTests
{
    private static JsonElement[] Lines(StageResult result) => [.. result.Output.Select(line => JsonElement.Parse(line))];

    private void HasScope(JsonElement line)
    {
        JsonElement scope = line.GetProperty("Scopes")[0];
        Assert.That(
            (scope.GetProperty("run").GetString(), scope.GetProperty("stage").GetString()), Is.EqualTo((Run, "make")));
    }

    [Test]
    public void Every_line_of_a_redirected_output_is_JSON_with_run_and_stage()
    {
        using StageProcess process = MakeStaying("--progress-seconds", "0.05");
        process.WaitFor("writing: 5 of 10 rows");
        File.WriteAllText(At("go"), "");

        JsonElement[] lines = Lines(process.Wait());

        Assert.That(lines, Has.Length.GreaterThanOrEqualTo(3));
        Assert.Multiple(() => Array.ForEach(lines, HasScope));
        JsonElement progress = lines.First(l => l.GetProperty("EventId").GetInt32() == LogEvents.Progress.Id && l.GetProperty("Message").GetString()!.Contains('5', StringComparison.Ordinal));
        JsonElement state = progress.GetProperty("State");
        Assert.That(
            (state.GetProperty("step").GetString(), state.GetProperty("done").GetInt64(), state.GetProperty("total").GetInt64(), state.GetProperty("unit").GetString()),
            Is.EqualTo(("writing", 5L, 10L, "rows")));
    }

    [Test]
    public void Last_line_of_a_success_has_the_counters_and_what_it_took()
    {
        JsonElement line = Lines(Make("--rows", "10"))[^1];

        Assert.That(line.GetProperty("EventId").GetInt32(), Is.EqualTo(LogEvents.Finished.Id));
        Assert.That(line.GetProperty("Message").GetString(), Does.StartWith("11 rows in, 10 kept, 1 invented; "));
        JsonElement state = line.GetProperty("State");
        Assert.That(
            state.EnumerateObject().Select(p => p.Name),
            Is.EqualTo(new[] { "seconds", "rows_per_second", "peak_mb", "rows_in", "rows_kept", "dropped_invented", "parts" }));
        Assert.That(state.GetProperty("rows_in").GetInt64(), Is.EqualTo(11));
        Assert.That(state.GetProperty("dropped_invented").GetInt64(), Is.EqualTo(1));
        double seconds = state.GetProperty("seconds").GetDouble();
        Assert.That(seconds, Is.GreaterThan(0));
        Assert.That(state.GetProperty("rows_per_second").GetInt64(), Is.EqualTo(11 / seconds).Within(1.0 + (0.1 / seconds)));
        Assert.That(state.GetProperty("peak_mb").GetInt64(), Is.InRange(10, 10_000));
    }

    [Test]
    public void Table_is_one_line_with_its_figures_and_its_text()
    {
        Succeeded(StageProcess.Run("make", "--run", At("earlier"), "--note-bytes", "1234"));

        JsonElement line = Lines(Make("--since", At("earlier"))).Single(l => l.GetProperty("EventId").GetInt32() == LogEvents.Table.Id);

        HasScope(line);
        Assert.That(line.GetProperty("Message").GetString(), Is.EqualTo("weighed"));
        Assert.That(line.GetProperty("State").GetProperty("bytes").GetInt64(), Is.EqualTo(1234));
        Assert.That(line.GetProperty("State").GetProperty("table").GetString()!.Split('\n'), Has.Length.EqualTo(3).And.Some.EqualTo("  [note]   1,234"));
    }

    [TestCase("refused", "There is too much dirt. Clean it. (exit code 3)", 3)]
    [TestCase("csv", "'a.csv' is cut off. (exit code 3)", 3)]
    [TestCase("bug", "Nobody thought of this. This is a bug: please report it with the stack trace. (exit code 1)", 1)]
    public void Last_line_of_a_failure_has_the_code(string fail, string message, int code)
    {
        JsonElement line = Lines(Make("--fail", fail))[^1];

        HasScope(line);
        Assert.That(line.GetProperty("EventId").GetInt32(), Is.EqualTo(LogEvents.Failed.Id));
        Assert.That(line.GetProperty("LogLevel").GetString(), Is.EqualTo("Error"));
        Assert.That(line.GetProperty("Message").GetString(), Is.EqualTo(message));
        Assert.That(line.GetProperty("State").GetProperty("code").GetInt32(), Is.EqualTo(code));
    }
}
