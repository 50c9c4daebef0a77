using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

/// <summary>
/// What units (users or baskets) have got that they did not have before, by row of the counts: a unit whose list grows from L to N adds,
/// in the row of each new item, 1 for every item of N, and in the row of each old item 1 for every new item.
/// </summary>
/// <remarks>
/// Handled row after row rather than unit after unit, so that a row stays in the cache while it is added to and belongs to one worker.
/// O(units + items of the units that grew) to make; memory 12 bytes for each item of these units. Items go by slot.
/// </remarks>
internal sealed unsafe class UnitGrowth
{
    // Of each unit that grew: all its items, the new ones first; and the new ones again, packed, as they are read most often.
    private readonly int[] listStarts, lists, addedStarts, added;

    // Of each slot: the units that grew and have it; shifted left by one, the lowest bit says whether it is new to them.
    private readonly int[] holderStarts;
    private readonly uint[] holders;

    /// <param name="before">The units there were.</param>
    /// <param name="now">The units there are; none has lost an item.</param>
    /// <param name="rowsBefore">The row in <paramref name="before"/> of each unit, -1 if it is new; null: the same row.</param>
    /// <param name="slots">The slot of each item.</param>
    /// <param name="slotCount">Slots there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public UnitGrowth(Incidence before, Incidence now, int[]? rowsBefore, int[] slots, int slotCount)
    {
        int units = 0, items = 0, more = 0;
        for (int row = 0; row < now.Rows; row++)
            if (now.Length(row) - Before(row).Length is > 0 and int grown)
            {
                units++;
                items += now.Length(row);
                more += grown;
            }
        (listStarts, addedStarts, holderStarts) = (new int[units + 1], new int[units + 1], new int[slotCount + 1]);
        (lists, added, holders) = (new int[items], new int[more], new uint[items]);
        for (int row = 0, unit = 0; row < now.Rows; row++)
            if (now.Length(row) > Before(row).Length)
                Split(unit++, Before(row), now.Row(row), slots);
        PlaceHolders(units);

        ReadOnlySpan<int> Before(int row)
        {
            int old = rowsBefore is not null ? rowsBefore[row] : row < before.Rows ? row : -1;
            return old < 0 ? default : before.Row(old);
        }
    }

    /// <summary>Whether the row of a slot grows at all.</summary>
    public bool Grows(int slot) => holderStarts[slot] < holderStarts[slot + 1];

    /// <summary>One more than the largest slot that the row of a slot gets something for. O(increments of the row).</summary>
    public int EndOf(int slot)
    {
        int end = 0;
        foreach (uint holder in holders.AsSpan(holderStarts[slot]..holderStarts[slot + 1]))
            foreach (int other in ItemsFor(holder))
                end = Math.Max(end, other + 1);
        return end;
    }

    /// <summary>How many times 1 is added in the row of a slot. O(units that grew and have it).</summary>
    public long IncrementsOf(int slot)
    {
        long increments = 0;
        foreach (uint holder in holders.AsSpan(holderStarts[slot]..holderStarts[slot + 1]))
            increments += ItemsFor(holder).Length;
        return increments;
    }

    /// <summary>Where 1 is added in the row of a slot, in no particular order; as many as <see cref="IncrementsOf"/> says.</summary>
    public void CopyTo(Span<int> others, int slot)
    {
        foreach (uint holder in holders.AsSpan(holderStarts[slot]..holderStarts[slot + 1]))
        {
            ItemsFor(holder).CopyTo(others);
            others = others[ItemsFor(holder).Length..];
        }
    }

    /// <summary>Adds to a dense row, which must be long and wide enough. O(increments of the row).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddTo<TCount>(TCount[] row, int slot)
        where TCount : unmanaged, INumber<TCount>
    {
        fixed (TCount* to = row)
        fixed (int* all = lists, fresh = added)
            for (int n = holderStarts[slot]; n < holderStarts[slot + 1]; n++)
            {
                uint unit = holders[n] >> 1;
                bool isNew = (holders[n] & 1) != 0;
                int* at = isNew ? all + listStarts[unit] : fresh + addedStarts[unit];
                int* end = isNew ? all + listStarts[unit + 1] : fresh + addedStarts[unit + 1];
                for (; at < end; at++)
                    to[*at] += TCount.One;
            }
    }

    /// <summary>Adds to a row that is being put together.</summary>
    public void AddTo(CountScratch row, int slot)
    {
        foreach (uint holder in holders.AsSpan(holderStarts[slot]..holderStarts[slot + 1]))
            row.Add(ItemsFor(holder));
    }

    private ReadOnlySpan<int> ItemsFor(uint holder)
    {
        int unit = (int)(holder >> 1);
        return (holder & 1) != 0 ? lists.AsSpan(listStarts[unit]..listStarts[unit + 1]) : added.AsSpan(addedStarts[unit]..addedStarts[unit + 1]);
    }

    /// <summary>Sorts the items of a unit into new and old ones, and counts the holders of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Split(int unit, ReadOnlySpan<int> before, ReadOnlySpan<int> now, int[] slots)
    {
        int fresh = listStarts[unit], old = fresh + now.Length - before.Length, known = 0, to = addedStarts[unit];
        listStarts[unit + 1] = fresh + now.Length;
        foreach (int item in now)
        {
            int slot = slots[item];
            holderStarts[slot + 1]++;
            if (known < before.Length && before[known] == item)
            {
                known++;
                lists[old++] = slot;
            }
            else
            {
                lists[fresh++] = added[to++] = slot;
            }
        }
        addedStarts[unit + 1] = to;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PlaceHolders(int units)
    {
        for (int slot = 0; slot < holderStarts.Length - 1; slot++)
            holderStarts[slot + 1] += holderStarts[slot];
        int[] next = holderStarts.AsSpan(0, holderStarts.Length - 1).ToArray();
        for (int unit = 0; unit < units; unit++)
        {
            int firstOld = listStarts[unit] + addedStarts[unit + 1] - addedStarts[unit];
            for (int at = listStarts[unit]; at < listStarts[unit + 1]; at++)
                holders[next[lists[at]]++] = ((uint)unit << 1) | (at < firstOld ? 1u : 0);
        }
    }
}
