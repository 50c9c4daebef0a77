using System.Runtime.InteropServices;

namespace Pipeline.Sar;

/// <summary>
/// Interactions to baskets x items: which distinct items each basket holds. Baskets come by user, numbered ones first, then by number or
/// time, so the input order leaves no trace. O(rows log(rows of the busiest user)). Memory: 16 bytes a row.
/// </summary>
internal static class BasketBuilder
{
    private const int UsersPerChunk = 1024;

    /// <param name="data">The interactions.</param>
    /// <param name="keepsKeys">Whether the keys are wanted.</param>
    /// <param name="threads">Most threads to use.</param>
    /// <param name="cancellation">Stops between blocks of users.</param>
    /// <param name="keys">Which basket each row is, rising; empty unless wanted.</param>
    public static Incidence Build(Interactions data, bool keepsKeys, int threads, CancellationToken cancellation, out BasketKey[] keys)
    {
        long[] rowStarts = CountingSort.Starts(data.Users.Span, data.UserCount);
        int[] order = new int[data.Count];
        ReadOnlySpan<int> users = data.Users.Span;
        for (int row = 0; row < order.Length; row++)
            order[rowStarts[users[row]]++] = row;
        CountingSort.Rewind(rowStarts);

        var blocks = new CellBlock<int>[Workers.Chunks(data.UserCount, UsersPerChunk)];
        var keyBlocks = new BasketKey[blocks.Length][];
        Workers.Run(data.UserCount, UsersPerChunk, threads, () => new Scratch(), (scratch, chunk) =>
        {
            for (int user = chunk.Start; user < chunk.End; user++)
                scratch.AppendBaskets(data, user, keepsKeys, order.AsSpan((int)rowStarts[user], (int)(rowStarts[user + 1] - rowStarts[user])));
            (blocks[chunk.Index], keyBlocks[chunk.Index]) = scratch.Take();
        }, cancellation);
        keys = [.. keyBlocks.SelectMany(block => block)];
        return Assemble(blocks, data.ItemCount);
    }

    private static Incidence Assemble(CellBlock<int>[] blocks, int items)
    {
        long[] starts = new long[blocks.Sum(block => (long)block.Values.Length) + 1];
        int[] indices = new int[blocks.Sum(block => (long)block.Indices.Length)];
        int basket = 0, at = 0;
        foreach (CellBlock<int> block in blocks)
        {
            block.Indices.CopyTo(indices, at);
            at += block.Indices.Length;
            foreach (int length in block.Values)
            {
                starts[basket + 1] = starts[basket] + length;
                basket++;
            }
        }
        return new Incidence(starts, indices, items);
    }

    /// <summary>The row each basket had before more interactions came, -1 if it is new. Both keys rise, and no basket goes away.</summary>
    public static int[] RowsBefore(BasketKey[] before, BasketKey[] now)
    {
        int[] rows = new int[now.Length];
        for (int basket = 0, known = 0; basket < now.Length; basket++)
            rows[basket] = known < before.Length && before[known] == now[basket] ? known++ : -1;
        return rows;
    }

    /// <summary>One row: its basket (or time, where it has none) and its item.</summary>
    private readonly record struct Entry(bool IsUnnumbered, long Basket, int Item) : IComparable<Entry>
    {
        public int CompareTo(Entry other) =>
            IsUnnumbered != other.IsUnnumbered ? IsUnnumbered.CompareTo(other.IsUnnumbered)
            : Basket != other.Basket ? Basket.CompareTo(other.Basket)
            : Item.CompareTo(other.Item);

        public bool IsSameBasket(Entry other) => IsUnnumbered == other.IsUnnumbered && Basket == other.Basket;
    }

    /// <summary>One worker's baskets: their items one after the other, their lengths, and what they are.</summary>
    private sealed class Scratch
    {
        private readonly List<Entry> entries = [];
        private readonly List<int> items = [], lengths = [];
        private readonly List<BasketKey> keys = [];

        public void AppendBaskets(Interactions data, int user, bool keepsKeys, ReadOnlySpan<int> rows)
        {
            entries.Clear();
            foreach (int row in rows)
            {
                int basket = data.Baskets.IsEmpty ? -1 : data.Baskets.Span[row];
                entries.Add(new Entry(basket < 0, basket < 0 ? data.Times.Span[row] : basket, data.Items.Span[row]));
            }
            Span<Entry> sorted = CollectionsMarshal.AsSpan(entries);
            sorted.Sort();
            for (int n = 0; n < sorted.Length; n++)
            {
                bool isNewBasket = n == 0 || !sorted[n].IsSameBasket(sorted[n - 1]);
                if (isNewBasket)
                    lengths.Add(0);
                if (isNewBasket && keepsKeys)
                    keys.Add(new BasketKey(user, sorted[n].IsUnnumbered, sorted[n].Basket));
                if (!isNewBasket && sorted[n].Item == sorted[n - 1].Item)
                    continue;
                items.Add(sorted[n].Item);
                lengths[^1]++;
            }
        }

        public (CellBlock<int> Baskets, BasketKey[] Keys) Take()
        {
            var block = (new CellBlock<int>([.. items], [.. lengths]), keys.ToArray());
            items.Clear();
            lengths.Clear();
            keys.Clear();
            return block;
        }
    }
}

/// <summary>What a basket is: its user and its number, or its time where it has no number.</summary>
internal readonly record struct BasketKey(int User, bool IsUnnumbered, long Basket)
{
    /// <summary>Memory it takes, bytes.</summary>
    public const int Bytes = 16;
}
