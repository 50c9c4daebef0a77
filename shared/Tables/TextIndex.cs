using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Pipeline.Tables;

/// <summary>
/// Gives distinct UTF-8 texts dense positions from 0, in order of first appearance. Looking up allocates nothing. About 24 bytes a text
/// besides its own. Looking up is thread-safe as long as nobody adds.
/// </summary>
public sealed class TextIndex
{
    private const int BlockBytes = 1 << 18;
    private const int MinSlots = 16;

    // Not the same in every process: nobody can make up ids that all fall into one slot.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64();

    // Texts are put into the block that is open; those behind it are free.
    private readonly List<byte[]> blocks = [];
    private int openBlock, openFilled;

    // The text at a position, with its hash; and 1 + position in the slot its hash leads to, or one behind; 0 is a free slot.
    // Invariant: at least half of the slots are free, and their number is a power of two.
    private Place[] places = new Place[MinSlots / 2];
    private int[] slots = new int[MinSlots];

    /// <summary>Distinct texts.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes it takes.</summary>
    public long Bytes => blocks.Sum(block => (long)block.Length) + Unsafe.SizeOf<Place>() * (long)places.Length + sizeof(int) * (long)slots.Length;

    /// <summary>The text at a position.</summary>
    public ReadOnlySpan<byte> this[int position]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)Count);
            return TextOf(places[position]);
        }
    }

    /// <summary>Position of a text, added at the end if it is new.</summary>
    public int Add(ReadOnlySpan<byte> text)
    {
        uint hash = HashOf(text);
        if (Find(text, hash, out uint slot) is var found and >= 0)
            return found;
        if (Count == places.Length)
        {
            Grow();
            Find(text, hash, out slot);
        }
        places[Count] = Store(text, hash);
        slots[slot] = ++Count;
        return Count - 1;
    }

    /// <summary>Position of a text, -1 if it is not there.</summary>
    public int Find(ReadOnlySpan<byte> text) => Find(text, HashOf(text), out _);

    /// <summary>The positions in ordinal order of their texts' bytes. O(n log n).</summary>
    public int[] SortedPositions()
    {
        int[] order = [.. Enumerable.Range(0, Count)];
        Array.Sort(order, (a, b) => this[a].SequenceCompareTo(this[b]));
        return order;
    }

    /// <summary>Removes all texts and keeps their room for others.</summary>
    public void Clear()
    {
        (Count, openBlock, openFilled) = (0, 0, 0);
        Array.Clear(slots);
    }

    private int Find(ReadOnlySpan<byte> text, uint hash, out uint slot)
    {
        uint mask = (uint)slots.Length - 1;
        for (slot = hash & mask; slots[slot] != 0; slot = (slot + 1) & mask)
        {
            int position = slots[slot] - 1;
            ref Place place = ref places[position];
            if (place.Hash == hash && place.Length == text.Length && TextOf(place).SequenceEqual(text))
                return position;
        }
        return -1;
    }

    private void Grow()
    {
        Array.Resize(ref places, checked(places.Length * 2));
        slots = new int[checked(places.Length * 2)];
        uint mask = (uint)slots.Length - 1;
        for (int position = 0; position < Count; position++)
        {
            uint slot = places[position].Hash & mask;
            while (slots[slot] != 0)
                slot = (slot + 1) & mask;
            slots[slot] = position + 1;
        }
    }

    private ReadOnlySpan<byte> TextOf(in Place place) => blocks[place.Block].AsSpan(place.Start, place.Length);

    private Place Store(ReadOnlySpan<byte> text, uint hash)
    {
        while (openBlock < blocks.Count && text.Length > blocks[openBlock].Length - openFilled)
            (openBlock, openFilled) = (openBlock + 1, 0);
        if (openBlock == blocks.Count)
            blocks.Add(new byte[Math.Max(BlockBytes, text.Length)]);
        text.CopyTo(blocks[openBlock].AsSpan(openFilled));
        var place = new Place(openBlock, openFilled, text.Length, hash);
        openFilled += text.Length;
        return place;
    }

    /// <summary>Eight bytes at a time, each mixed in by a multiplication to 128 bits, as wyhash does.</summary>
    private static uint HashOf(ReadOnlySpan<byte> text)
    {
        ulong hash = Mix(Seed ^ (uint)text.Length, 0xa0761d6478bd642f);
        for (; text.Length >= sizeof(ulong); text = text[sizeof(ulong)..])
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text), 0xe7037ed1a0b428db);
        ulong rest = 0;
        foreach (byte next in text)
            rest = rest << 8 | next;
        hash = Mix(hash ^ rest, 0x8ebc6af09c88c6e3);
        return (uint)(hash >> 32);

        static ulong Mix(ulong a, ulong b)
        {
            ulong high = Math.BigMul(a, b, out ulong low);
            return high ^ low;
        }
    }

    private readonly record struct Place(int Block, int Start, int Length, uint Hash);
}
