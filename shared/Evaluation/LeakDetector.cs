using System.Globalization;
using Pipeline.Sar;

namespace Pipeline.Evaluation;

/// <summary>Finds out whether training knows what it should foresee. A figure from a leaking split is worth nothing, so there is no way around it.</summary>
public static class LeakDetector
{
    /// <summary>Fails when anything used in training is from the cut or later.</summary>
    /// <param name="training">What models learn from.</param>
    /// <param name="cut">The first moment that is held out, microseconds since 1970 UTC.</param>
    /// <param name="referenceTime">The moment models measure ages from, where it is set.</param>
    /// <exception cref="LeakException">Something is.</exception>
    public static void Check(Interactions training, long cut, long? referenceTime = null)
    {
        ArgumentNullException.ThrowIfNull(training);
        int late = 0;
        foreach (long time in training.Times.Span)
            late += time >= cut ? 1 : 0;
        if (late > 0)
            throw new LeakException(string.Create(
                CultureInfo.InvariantCulture,
                $"The training leaks: {late} of {training.Count} interactions are from {Text(cut)} or later, the newest from {Text(training.NewestTime()!.Value)}: leave them out, or cut later."));
        if (referenceTime >= cut)
            throw new LeakException($"The training leaks: its reference time {Text(referenceTime.Value)} is not before the cut at {Text(cut)}: set an earlier one.");
    }

    /// <summary>Fails when a user's training is later than what is held out of the same user: the rule where each user has a cut of their own.</summary>
    /// <exception cref="LeakException">Somebody's is.</exception>
    public static void CheckEachUser(Interactions training, Interactions truth)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(truth);
        long[] cut = new long[Math.Max(training.UserCount, truth.UserCount)];
        Array.Fill(cut, long.MaxValue);
        for (int row = 0; row < truth.Count; row++)
            cut[truth.Users.Span[row]] = Math.Min(cut[truth.Users.Span[row]], truth.Times.Span[row]);
        var leaking = new HashSet<int>();
        for (int row = 0; row < training.Count; row++)
            if (training.Times.Span[row] > cut[training.Users.Span[row]])
                leaking.Add(training.Users.Span[row]);
        if (leaking.Count > 0)
            throw new LeakException(string.Create(
                CultureInfo.InvariantCulture,
                $"The training leaks: {leaking.Count} users have interactions in it that are later than what is held out of them: cut each user by time."));
    }

    private static string Text(long micros) =>
        DateTime.UnixEpoch.AddMicroseconds(micros).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>Training knows what it should foresee: one sentence that says how much and what to do.</summary>
public sealed class LeakException(string message) : Exception(message);
