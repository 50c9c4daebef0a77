namespace Pipeline.Hosting;

/// <summary>How far the stage is. Reporting is cheap enough for every batch; those who show it look at their own pace. Thread-safe.</summary>
public sealed class StageProgress : IProgress<long>
{
    private volatile Step current = new("starting", 0, "");

    /// <summary>Starts the next step of the stage.</summary>
    /// <param name="name">What is being done, for example <c>reading</c>.</param>
    /// <param name="total">How many units there are to do; 0 when nobody knows.</param>
    /// <param name="unit">What is counted, for example <c>rows</c>.</param>
    public void Start(string name, long total, string unit) => current = new Step(name, total, unit);

    /// <summary>Says how many units of the current step are done.</summary>
    public void Report(long value) => current.Done = value;

    /// <summary>Says how many units of the current step are done, and how many rows these were where rows are not the unit.</summary>
    public void Report(long value, long rows)
    {
        Step step = current;
        step.Done = value;
        step.Rows = rows;
    }

    /// <summary>The current step at this moment; rows are -1 where they are the unit or nobody counts them.</summary>
    internal (string Name, long Done, long Total, string Unit, long Rows) Snapshot()
    {
        Step step = current;
        return (step.Name, step.Done, step.Total, step.Unit, step.Rows);
    }

    private sealed class Step(string name, long total, string unit)
    {
        private long done;
        private long rows = -1;

        public string Name { get; } = name;

        public long Total { get; } = total;

        public string Unit { get; } = unit;

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
