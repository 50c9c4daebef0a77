namespace Pipeline.Hosting;

/// <summary>How far the stage is. Reporting is cheap enough for every batch; those who show it look at their own pace. Thread-safe.</summary>
/// <param name="clock">Measures the steps, to tell how long is left.</param>
public sealed class StageProgress(TimeProvider? clock = null) : IProgress<long>
{
    /// <summary>The unit of those who count rows.</summary>
    internal const string Rows = "rows";

    private readonly TimeProvider clock = clock ?? TimeProvider.System;
    private volatile Step current = new("starting", 0, "", 0);

    /// <summary>Starts the next step of the stage.</summary>
    /// <param name="name">What is being done, for example <c>reading</c>.</param>
    /// <param name="total">How many units there are to do; 0 when nobody knows.</param>
    /// <param name="unit">What is counted, for example <c>rows</c>.</param>
    public void Start(string name, long total, string unit) => current = new Step(name, total, unit, clock.GetTimestamp());

    /// <summary>Says how many units of the current step are done.</summary>
    public void Report(long value) => current.Done = value;

    /// <summary>Says how many units of the current step are done, and how many rows came of them.</summary>
    public void Report(long value, long rows)
    {
        Step step = current;
        step.Done = value;
        step.Rows = rows;
    }

    /// <summary>The current step at this moment.</summary>
    internal ProgressSnapshot Snapshot()
    {
        Step step = current;
        long done = step.Done;
        TimeSpan? left = step.Total > 0 && done > 0
            ? clock.GetElapsedTime(step.Started) * (Math.Max(0, step.Total - done) / (double)done)
            : null;
        return new ProgressSnapshot(step.Name, done, step.Total, step.Unit, step.Unit == Rows ? done : step.Rows, left);
    }

    private sealed class Step(string name, long total, string unit, long started)
    {
        private long done, rows;

        public string Name { get; } = name;

        public long Total { get; } = total;

        public string Unit { get; } = unit;

        public long Started { get; } = started;

        public long Done
        {
            get => Volatile.Read(ref done);
            set => Volatile.Write(ref done, value);
        }

        public long Rows
        {
            get => Volatile.Read(ref rows);
            set => Volatile.Write(ref rows, value);
        }
    }
}

/// <summary>How far a stage is at a moment.</summary>
/// <param name="Step">What is being done.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units to do; 0 when nobody knows.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Rows">Rows done; 0 where the step has none.</param>
/// <param name="Left">Time left at the pace of the step so far; null when nobody can tell.</param>
internal readonly record struct ProgressSnapshot(string Step, long Done, long Total, string Unit, long Rows, TimeSpan? Left)
{
    /// <summary>The line for the log, with its values.</summary>
    public NamedValues ToValues()
    {
        string text = Total > 0 ? $"{Step}: {Done:N0} of {Total:N0} {Unit}" : $"{Step}: {Done:N0} {Unit}";
        List<KeyValuePair<string, object?>> values = [new("step", Step), new("done", Done), new("total", Total), new("unit", Unit)];
        if (Rows > 0)
        {
            text += Unit == StageProgress.Rows ? "" : $", {Rows:N0} rows";
            values.Add(new("rows", Rows));
        }
        if (Left is { } left)
        {
            text += $", {left.TotalSeconds:N0} s left";
            values.Add(new("seconds_left", Math.Round(left.TotalSeconds, 1)));
        }
        return new NamedValues(text, values);
    }
}
