namespace Pipeline.Sar;

/// <summary>The instructions the kernels may use. Speed only: all give the same lists, bit for bit.</summary>
internal enum InstructionSet
{
    /// <summary>Four vectors of 128 bits, by the run-time's own means: every processor, arm64 included.</summary>
    Portable,

    /// <summary>Two vectors of 256 bits (AVX2 and FMA).</summary>
    Avx2,

    /// <summary>One vector of 512 bits (AVX-512F).</summary>
    Avx512,
}

/// <summary>
/// Sixteen <see cref="float"/> side by side: the columns of a block, or sixteen rows. The kernels are written once over it; they only
/// filter, so the sets of instructions may differ in the last digits by what <see cref="QuotientError"/> and the margins allow.
/// </summary>
internal unsafe interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Largest relative error of <see cref="Quotient"/>.</summary>
    static abstract float QuotientError { get; }

    static abstract TSelf Broadcast(float value);

    static abstract TSelf Load(float* from);

    /// <summary>Sixteen counts as numbers.</summary>
    static abstract TSelf Load(ushort* from);

    /// <summary>Sixteen counts as numbers, rounded above 2^24.</summary>
    static abstract TSelf Load(int* from);

    static abstract void Store(TSelf value, float* to);

    static abstract TSelf operator +(TSelf x, TSelf y);

    static abstract TSelf operator -(TSelf x, TSelf y);

    static abstract TSelf operator *(TSelf x, TSelf y);

    /// <summary><c>x * y + z</c></summary>
    static abstract TSelf MultiplyAdd(TSelf x, TSelf y, TSelf z);

    /// <summary><c>x / y</c>, approximately; y is at least 1 and x from 0 to y.</summary>
    static abstract TSelf Quotient(TSelf x, TSelf y);

    static abstract TSelf Max(TSelf x, TSelf y);

    static abstract TSelf Abs(TSelf x);

    /// <summary>Base-2 logarithm; 0 where x is 0.</summary>
    static abstract TSelf Log2OrZero(TSelf x);

    /// <summary>One bit for each lane that is at least the threshold.</summary>
    static abstract uint AtLeast(TSelf x, float threshold);
}
