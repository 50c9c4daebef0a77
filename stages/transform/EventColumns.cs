using System.Runtime.InteropServices;

namespace Pipeline.Transform;

/// <summary>Rows of interactions, column by column: 33 bytes a row. Thread-safe for different rows.</summary>
internal sealed class EventColumns(int capacity)
{
    public const int BytesPerRow = 33;

    /// <summary>A span has no more bytes than an <see cref="int"/> can count.</summary>
    private const int RowsOfPiece = 1 << 24;

    public int[] Items = new int[capacity];

    public int[] Baskets = new int[capacity];

    public byte[] Kinds = new byte[capacity];

    public long[] Times = new long[capacity];

    public double[] Quantities = new double[capacity];

    public double[] Revenues = new double[capacity];

    /// <summary>Rows there is room for.</summary>
    public int Capacity => Items.Length;

    /// <summary>The interaction in a row.</summary>
    public Event this[int row]
    {
        get => new()
        {
            Item = Items[row],
            Kind = Kinds[row],
            Basket = Baskets[row],
            Time = Times[row],
            Quantity = Quantities[row],
            Revenue = Revenues[row],
        };
        set => (Items[row], Kinds[row], Baskets[row], Times[row], Quantities[row], Revenues[row]) =
            (value.Item, value.Kind, value.Basket, value.Time, value.Quantity, value.Revenue);
    }

    /// <summary>Puts all rows in another order.</summary>
    /// <param name="order">The row that comes first, second and so on.</param>
    /// <param name="spare">An array as long that is no longer needed.</param>
    /// <param name="parallel">How to run in parallel.</param>
    public void Sort(int[] order, int[] spare, ParallelOptions parallel)
    {
        // A column is sorted into an array that is no longer needed, where there is one.
        Parallel.Invoke(
            parallel,
            () => Sort(ref Baskets, Sort(ref Items, spare, order), order),
            () => Sort(ref Revenues, Sort(ref Quantities, new double[order.Length], order), order),
            () => Sort(ref Times, new long[order.Length], order),
            () => Sort(ref Kinds, new byte[order.Length], order));
    }

    /// <summary>Puts a column in order, into another array.</summary>
    /// <returns>The array the column was in.</returns>
    private static T[] Sort<T>(ref T[] column, T[] into, int[] order)
    {
        for (int row = 0; row < order.Length; row++)
            into[row] = column[order[row]];
        T[] free = column;
        column = into;
        return free;
    }

    /// <summary>Writes the first rows to a section of the file, <see cref="BytesPerRow"/> each.</summary>
    public void Save(SpillFile file, long offset, int rows) => EachPiece(offset, rows, (at, bytes) => file.Write(at, bytes));

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(SpillFile file, long offset, int rows) => EachPiece(offset, rows, file.Read);

    /// <summary>Goes over the rows of all columns as bytes that lie one behind the other.</summary>
    private void EachPiece(long offset, int rows, Piece use)
    {
        Column(Items);
        Column(Baskets);
        Column(Kinds);
        Column(Times);
        Column(Quantities);
        Column(Revenues);

        void Column<T>(T[] column) where T : unmanaged
        {
            for (int row = 0; row < rows; row += RowsOfPiece)
            {
                Span<byte> bytes = MemoryMarshal.AsBytes(column.AsSpan(row, Math.Min(RowsOfPiece, rows - row)));
                use(offset, bytes);
                offset += bytes.Length;
            }
        }
    }

    private delegate void Piece(long offset, Span<byte> bytes);
}
