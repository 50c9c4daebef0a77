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

    /// <summary>The current step at this moment.</summary>
    internal (string Name, long Done, long Total, string Unit) Snapshot()
    {
        Step step = current;
        return (step.Name, step.Done, step.Total, step.Unit);
    }

    private sealed class Step(string name, long total, string unit)
    {
        private long done;

        public string Name { get; } = name;

        public long Total { get; } = total;

        public string Unit { get; } = unit;

        public long Done
        {
            get => Volatile.Read(ref done);
            set => Volatile.Write(ref done, value);
        }
    }
}
