namespace Pipeline.Sar;

/// <summary>How much of a weight is left with age: half after one half-life, a quarter after two.</summary>
internal static class Decay
{
    private const double MicrosecondsPerDay = 86_400_000_000;

    /// <summary>
    /// <c>min(1, 0.5^((reference - time) / half-life))</c>: 1 at and after the reference time, 0 only by underflow. Times in microseconds;
    /// null half-life: always 1.
    /// </summary>
    public static double Factor(long time, long reference, double? halfLifeDays)
    {
        if (halfLifeDays is not { } days || time >= reference)
            return 1;
        ulong age = unchecked((ulong)reference - (ulong)time); // right for any two times, where a signed difference could overflow
        return Math.Pow(0.5, age / (days * MicrosecondsPerDay));
    }
}
