using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Sar;

/// <summary>Sixteen lanes in two vectors of AVX2.</summary>
internal readonly unsafe struct Lanes256(Vector256<float> low, Vector256<float> high) : ILanes<Lanes256>
{
    private readonly Vector256<float> low = low, high = high;

    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    public static float QuotientError => 1 / 8388608f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Broadcast(float value) => new(Vector256.Create(value), Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* from) => new(Vector256.Load(from), Vector256.Load(from + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(ushort* from) => new(
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(from)), Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(from + 8)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(int* from) => new(
        Avx.ConvertToVector256Single(Vector256.Load(from)), Avx.ConvertToVector256Single(Vector256.Load(from + 8)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256 value, float* to)
    {
        value.low.Store(to);
        value.high.Store(to + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 x, Lanes256 y) => new(x.low + y.low, x.high + y.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 x, Lanes256 y) => new(x.low - y.low, x.high - y.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 x, Lanes256 y) => new(x.low * y.low, x.high * y.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 x, Lanes256 y, Lanes256 z) =>
        new(Fma.MultiplyAdd(x.low, y.low, z.low), Fma.MultiplyAdd(x.high, y.high, z.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Quotient(Lanes256 x, Lanes256 y) => new(x.low / y.low, x.high / y.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Max(Lanes256 x, Lanes256 y) => new(Vector256.Max(x.low, y.low), Vector256.Max(x.high, y.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Abs(Lanes256 x) => new(Vector256.Abs(x.low), Vector256.Abs(x.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Log2OrZero(Lanes256 x) => new(Log2OrZero(x.low), Log2OrZero(x.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AtLeast(Lanes256 x, float threshold) =>
        Vector256.GreaterThanOrEqual(x.low, Vector256.Create(threshold)).ExtractMostSignificantBits()
        | (Vector256.GreaterThanOrEqual(x.high, Vector256.Create(threshold)).ExtractMostSignificantBits() << 8);

    private static Vector256<float> Log2OrZero(Vector256<float> x) => Vector256.ConditionalSelect(
        Vector256.GreaterThan(x, Vector256<float>.Zero), Vector256.Log2(x), Vector256<float>.Zero);
}
