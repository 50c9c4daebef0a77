using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Sar;

/// <summary>Sixteen lanes in four vectors of 128 bits, by operations the run-time offers on every processor.</summary>
internal readonly unsafe struct LanesPortable(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) : ILanes<LanesPortable>
{
    private readonly Vector128<float> a = a, b = b, c = c, d = d;

    public static float QuotientError => 1 / 8388608f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPortable Broadcast(float value)
    {
        Vector128<float> all = Vector128.Create(value);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPortable Load(float* from) =>
        new(Vector128.Load(from), Vector128.Load(from + 4), Vector128.Load(from + 8), Vector128.Load(from + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPortable Load(ushort* from)
    {
        (Vector128<uint> a, Vector128<uint> b) = Vector128.Widen(Vector128.Load(from));
        (Vector128<uint> c, Vector128<uint> d) = Vector128.Widen(Vector128.Load(from + 8));
        return new(Number(a.AsInt32()), Number(b.AsInt32()), Number(c.AsInt32()), Number(d.AsInt32()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPortable Load(int* from) => new(
        Number(Vector128.Load(from)), Number(Vector128.Load(from + 4)), Number(Vector128.Load(from + 8)), Number(Vector128.Load(from + 12)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(LanesPortable value, float* to)
    {
        value.a.Store(to);
        value.b.Store(to + 4);
        value.c.Store(to + 8);
        value.d.Store(to + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPortable operator +(LanesPortable x, LanesPortable y) => new(x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPortable operator -(LanesPortable x, LanesPortable y) => new(x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPortable operator *(LanesPortable x, LanesPortable y) => new(x.a * y.a, x.b * y.b, x.c * y.c, x.d * y.d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPortable MultiplyAdd(LanesPortable x, LanesPortable y, LanesPortable z) => x * y + z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPortable Quotient(LanesPortable x, LanesPortable y) => new(x.a / y.a, x.b / y.b, x.c / y.c, x.d / y.d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPortable Max(LanesPortable x, LanesPortable y) =>
        new(Vector128.Max(x.a, y.a), Vector128.Max(x.b, y.b), Vector128.Max(x.c, y.c), Vector128.Max(x.d, y.d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPortable Abs(LanesPortable x) =>
        new(Vector128.Abs(x.a), Vector128.Abs(x.b), Vector128.Abs(x.c), Vector128.Abs(x.d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPortable Log2OrZero(LanesPortable x) =>
        new(Log2OrZero(x.a), Log2OrZero(x.b), Log2OrZero(x.c), Log2OrZero(x.d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AtLeast(LanesPortable x, float threshold)
    {
        Vector128<float> least = Vector128.Create(threshold);
        return Bits(x.a, least) | (Bits(x.b, least) << 4) | (Bits(x.c, least) << 8) | (Bits(x.d, least) << 12);
    }

    private static Vector128<float> Number(Vector128<int> counts) => Vector128.ConvertToSingle(counts);

    private static Vector128<float> Log2OrZero(Vector128<float> x) => Vector128.ConditionalSelect(
        Vector128.GreaterThan(x, Vector128<float>.Zero), Vector128.Log2(x), Vector128<float>.Zero);

    private static uint Bits(Vector128<float> x, Vector128<float> least) => Vector128.GreaterThanOrEqual(x, least).ExtractMostSignificantBits();
}
