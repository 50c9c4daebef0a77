using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Sar;

/// <summary>Sixteen lanes in one vector of AVX-512.</summary>
internal readonly unsafe struct Lanes512(Vector512<float> all) : ILanes<Lanes512>
{
    private readonly Vector512<float> all = all;

    public static bool IsSupported => Avx512F.IsSupported && Vector512.IsHardwareAccelerated;

    // vrcp14ps: 2^-14; the product rounds once more.
    public static float QuotientError => 1 / 8192f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* from) => new(Vector512.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(ushort* from) => new(Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector256.Load(from))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(int* from) => new(Avx512F.ConvertToVector512Single(Vector512.Load(from)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512 value, float* to) => value.all.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 x, Lanes512 y) => new(x.all + y.all);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 x, Lanes512 y) => new(x.all - y.all);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 x, Lanes512 y) => new(x.all * y.all);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 x, Lanes512 y, Lanes512 z) => new(Avx512F.FusedMultiplyAdd(x.all, y.all, z.all));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Quotient(Lanes512 x, Lanes512 y) => new(x.all * Avx512F.Reciprocal14(y.all));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Max(Lanes512 x, Lanes512 y) => new(Vector512.Max(x.all, y.all));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Abs(Lanes512 x) => new(Vector512.Abs(x.all));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Log2OrZero(Lanes512 x) => new(Vector512.ConditionalSelect(
        Vector512.GreaterThan(x.all, Vector512<float>.Zero), Vector512.Log2(x.all), Vector512<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AtLeast(Lanes512 x, float threshold) =>
        (uint)Vector512.GreaterThanOrEqual(x.all, Vector512.Create(threshold)).ExtractMostSignificantBits();
}
