using System.Buffers.Binary;

namespace Pipeline.Database;

/// <summary>
/// Checksum of rows whatever their order, which no database promises to keep: the sum of a 128-bit hash of each. It finds what was lost,
/// doubled or changed on the way by mistake; it is no protection against who makes rows to fit. Not thread-safe.
/// </summary>
/// <remarks>
/// The hash folds words into the halves of 128-bit products, as wyhash does (https://github.com/wangyi-fudan/wyhash), in two lanes with
/// constants of their own. The sum rather than an exclusive or, so that two equal rows too many do not cancel out.
/// </remarks>
internal sealed class RowChecksum
{
    private const ulong FirstKey = 0x9e37_79b9_7f4a_7c15, SecondKey = 0xc2b2_ae3d_27d4_eb4f;

    private UInt128 sum;

    /// <summary>Rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds a row.</summary>
    public void Add(ReadOnlySpan<byte> row)
    {
        ulong first = FirstKey, second = SecondKey, length = (ulong)row.Length, rest = 0;
        while (row.Length >= sizeof(ulong))
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(row);
            first = Fold(first ^ word, FirstKey);
            second = Fold(second ^ word, SecondKey);
            row = row[sizeof(ulong)..];
        }
        foreach (byte value in row)
            rest = (rest << 8) | value;
        first = Fold(first ^ rest, FirstKey);
        second = Fold(second ^ rest, SecondKey);
        // In a step of its own, or a row could make up for a byte less by another bit.
        sum += new UInt128(Fold(first ^ length, SecondKey), Fold(second ^ length, FirstKey));
        Rows++;
    }

    /// <summary>Rows and sum as text.</summary>
    public override string ToString() => $"{Rows:D}-{sum:x32}";

    private static ulong Fold(ulong value, ulong key)
    {
        ulong high = Math.BigMul(value, key, out ulong low);
        return high ^ low;
    }
}
