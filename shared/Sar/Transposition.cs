using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Sar;

/// <summary>Sixteen rows of sixteen counts to sixteen columns.</summary>
internal static unsafe class Transposition
{
    private const int Size = 16;

    /// <summary>
    /// <c>to[16 r + c] = from[c * stride + r]</c>. 16-bit counts go through registers, 8 x 8 at a time, unless the lanes are the portable
    /// ones; 32-bit counts occur in the first group only and go one by one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose<TLanes, TCount>(TCount* from, long stride, TCount* to)
        where TLanes : unmanaged, ILanes<TLanes>
        where TCount : unmanaged
    {
        if (sizeof(TCount) == sizeof(ushort) && Sse2.IsSupported && typeof(TLanes) != typeof(LanesPortable))
        {
            for (int column = 0; column < Size; column += 8)
                for (int row = 0; row < Size; row += 8)
                    Transpose8((ushort*)from + column * stride + row, stride, (ushort*)to + row * Size + column);
            return;
        }
        for (int row = 0; row < Size; row++)
            for (int column = 0; column < Size; column++)
                to[row * Size + column] = from[column * stride + row];
    }

    private static void Transpose8(ushort* from, long stride, ushort* to)
    {
        Vector128<ushort> a = Vector128.Load(from), b = Vector128.Load(from + stride);
        Vector128<ushort> c = Vector128.Load(from + 2 * stride), d = Vector128.Load(from + 3 * stride);
        Vector128<ushort> e = Vector128.Load(from + 4 * stride), f = Vector128.Load(from + 5 * stride);
        Vector128<ushort> g = Vector128.Load(from + 6 * stride), h = Vector128.Load(from + 7 * stride);

        // Pairs of rows, then fours, then all eight; each step doubles the run of one column.
        Vector128<uint> ab = Sse2.UnpackLow(a, b).AsUInt32(), ab2 = Sse2.UnpackHigh(a, b).AsUInt32();
        Vector128<uint> cd = Sse2.UnpackLow(c, d).AsUInt32(), cd2 = Sse2.UnpackHigh(c, d).AsUInt32();
        Vector128<uint> ef = Sse2.UnpackLow(e, f).AsUInt32(), ef2 = Sse2.UnpackHigh(e, f).AsUInt32();
        Vector128<uint> gh = Sse2.UnpackLow(g, h).AsUInt32(), gh2 = Sse2.UnpackHigh(g, h).AsUInt32();

        Store(Sse2.UnpackLow(ab, cd), Sse2.UnpackLow(ef, gh), to);
        Store(Sse2.UnpackHigh(ab, cd), Sse2.UnpackHigh(ef, gh), to + 2 * Size);
        Store(Sse2.UnpackLow(ab2, cd2), Sse2.UnpackLow(ef2, gh2), to + 4 * Size);
        Store(Sse2.UnpackHigh(ab2, cd2), Sse2.UnpackHigh(ef2, gh2), to + 6 * Size);
    }

    private static void Store(Vector128<uint> abcd, Vector128<uint> efgh, ushort* to)
    {
        Sse2.UnpackLow(abcd.AsUInt64(), efgh.AsUInt64()).AsUInt16().Store(to);
        Sse2.UnpackHigh(abcd.AsUInt64(), efgh.AsUInt64()).AsUInt16().Store(to + Size);
    }
}
