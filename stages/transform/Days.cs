namespace Pipeline.Transform;

/// <summary>Days in UTC.</summary>
internal static class Days
{
    /// <summary>Microseconds of a day.</summary>
    public const long Micros = 86_400_000_000;

    /// <summary>Days since 1970, in integers: as double the last moments of far days round up to the next.</summary>
    public static long Of(long micros)
    {
        (long day, long rest) = Math.DivRem(micros, Micros);
        return rest < 0 ? day - 1 : day;
    }
}
