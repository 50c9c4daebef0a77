namespace Pipeline.Models;

/// <summary>
/// Random numbers that are the same on every machine and in any order of asking: a seed and a stream (a user, a resample, a trial) name a
/// sequence of their own. SplitMix64 (Steele, Lea, Flood 2014). A mutable value: copy it and both copies go on alike. Not for secrets.
/// </summary>
public struct SeededRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong state;

    /// <summary>Starts a sequence.</summary>
    /// <param name="seed">The person's seed.</param>
    /// <param name="stream">What the sequence is for; two streams of a seed have nothing in common.</param>
    public SeededRandom(long seed, long stream) => state = Mix(Mix((ulong)seed + Golden) ^ ((ulong)stream * Golden));

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        state += Golden;
        return Mix(state);
    }

    /// <summary>A whole number from 0 to one less than <paramref name="count"/>, all but exactly equally likely.</summary>
    public int Below(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return (int)Math.BigMul(Next(), (ulong)count, out _);
    }

    /// <summary>A number from 0 up to but not 1, of 53 bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
