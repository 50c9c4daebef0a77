namespace Pipeline.Cli.Generate;

/// <summary>What a random stream is drawn for. The values are part of the output: renumbering one changes every shop.</summary>
internal enum RngStream
{
    Catalogue = 1,
    User = 2,
    Interactions = 3,
    Customer = 4,
    Mailbox = 5,
}

/// <summary>
/// xoshiro256** 1.0 (Blackman and Vigna, 2018), its state filled by SplitMix64. Integer arithmetic only, so a seed gives the
/// same numbers on every machine and runtime, which <see cref="Random"/> does not promise. Not for cryptography.
/// </summary>
/// <remarks>
/// Every stream, and within a stream every index, starts its own independent sequence: the address of user 7 can be drawn
/// without drawing those of users 0 to 6, and a new draw in one place does not shift all others.
/// A mutable struct: hold it in a field or a local, pass it by reference.
/// </remarks>
internal struct Rng
{
    private ulong s0, s1, s2, s3;

    /// <summary>
    /// The sequence of one <paramref name="stream"/> and <paramref name="index"/> under <paramref name="seed"/>.
    /// </summary>
    public Rng(long seed, RngStream stream, long index = 0)
    {
        ulong state = unchecked((ulong)seed);
        state = SplitMix64(ref state) ^ (ulong)stream;
        state = SplitMix64(ref state) ^ unchecked((ulong)index);
        s0 = SplitMix64(ref state);
        s1 = SplitMix64(ref state);
        s2 = SplitMix64(ref state);
        s3 = SplitMix64(ref state);
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong Next()
    {
        ulong result = ulong.RotateLeft(s1 * 5, 7) * 9;
        ulong t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = ulong.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>
    /// Uniform in 0 to <paramref name="bound"/> - 1: the high half of a 64 x 64 bit product. The bias is below bound / 2^64.
    /// </summary>
    public long Below(long bound) => (long)Math.BigMul(Next(), (ulong)bound, out _);

    /// <inheritdoc cref="Below(long)"/>
    public int Below(int bound) => (int)Below((long)bound);

    /// <summary>Uniform in <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Between(int low, int high) => low + Below(high - low + 1);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>
    /// About normal with mean 0 and deviation 1: the sum of twelve uniform numbers less 6 (Irwin-Hall). Bounded by 6, and
    /// free of logarithms and sines, whose last digits differ between platforms.
    /// </summary>
    public double NextNormal()
    {
        double sum = 0;
        for (int i = 0; i < 12; i++)
            sum += NextDouble();
        return sum - 6;
    }

    /// <summary>
    /// The position drawn with probability proportional to its weight; the weights sum to <paramref name="total"/>.
    /// </summary>
    public int Weighted(ReadOnlySpan<int> weights, int total)
    {
        int left = Below(total);
        int i = 0;
        while (left >= weights[i])
            left -= weights[i++];
        return i;
    }

    /// <summary>Puts <paramref name="values"/> in random order (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong SplitMix64(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
