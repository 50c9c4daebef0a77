using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

/// <summary>
/// Lists of labels, one per row of an incidence, packed one after the other: the longest list first, equal lengths by rising row, so
/// that loops over neighbouring lists end alike. Within a list the labels stand in the order of the items they name.
/// </summary>
/// <remarks>Labels are 16 bits wide where they fit, 32 otherwise; starts are 32 bits. Short lists are what a row walk waits for.</remarks>
internal sealed class PackedLists
{
    private const int ListsPerChunk = 4096;

    public PackedLists(Incidence lists, ItemLabels labels, int threads, CancellationToken cancellation)
    {
        Rows = ByLength(lists);
        Positions = new int[Rows.Length];
        Starts = new uint[Rows.Length + 1];
        for (int position = 0; position < Rows.Length; position++)
        {
            Positions[Rows[position]] = position;
            Starts[position + 1] = Starts[position] + (uint)lists.Length(Rows[position]);
        }

        IsShort = labels.Count <= ushort.MaxValue + 1;
        if (IsShort)
            Fill(Short = new ushort[lists.Count], lists, labels.Labels, threads, cancellation);
        else
            Fill(Wide = new int[lists.Count], lists, labels.Labels, threads, cancellation);
    }

    /// <summary>Whether the labels are in <see cref="Short"/>, else they are in <see cref="Wide"/>.</summary>
    public bool IsShort { get; }

    /// <summary>The row of each list.</summary>
    public int[] Rows { get; }

    /// <summary>The list of each row.</summary>
    public int[] Positions { get; }

    /// <summary>Where each list starts, and at the end the number of labels.</summary>
    public uint[] Starts { get; }

    public ushort[] Short { get; } = [];

    public int[] Wide { get; } = [];

    public int Count => Rows.Length;

    /// <summary>Memory of the lists, bytes.</summary>
    public static long BytesOf(long lists, long labels, bool isShort) => 12 * lists + (isShort ? 2 : 4) * labels;

    public int Length(int position) => (int)(Starts[position + 1] - Starts[position]);

    /// <summary>The labels, as the type that <see cref="IsShort"/> tells.</summary>
    public TLabel[] Labels<TLabel>() => (TLabel[])(object)(IsShort ? Short : Wide);

    /// <summary>A label of either width as an index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Index<TLabel>(TLabel label)
        where TLabel : unmanaged =>
        typeof(TLabel) == typeof(ushort) ? Unsafe.BitCast<TLabel, ushort>(label) : Unsafe.BitCast<TLabel, int>(label);

    /// <summary>An index as a label of either width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLabel Label<TLabel>(int label)
        where TLabel : unmanaged =>
        typeof(TLabel) == typeof(ushort) ? Unsafe.BitCast<ushort, TLabel>((ushort)label) : Unsafe.BitCast<int, TLabel>(label);

    /// <summary>The rows by falling length: a counting sort, stable.</summary>
    private static int[] ByLength(Incidence lists)
    {
        int longest = 0;
        for (int row = 0; row < lists.Rows; row++)
            longest = Math.Max(longest, lists.Length(row));
        int[] starts = new int[longest + 2];
        for (int row = 0; row < lists.Rows; row++)
            starts[longest - lists.Length(row) + 1]++;
        for (int n = 0; n <= longest; n++)
            starts[n + 1] += starts[n];
        int[] rows = new int[lists.Rows];
        for (int row = 0; row < rows.Length; row++)
            rows[starts[longest - lists.Length(row)]++] = row;
        return rows;
    }

    private void Fill<TLabel>(TLabel[] packed, Incidence lists, int[] labels, int threads, CancellationToken cancellation)
        where TLabel : unmanaged =>
        Workers.Run(Rows.Length, ListsPerChunk, threads, () => 0, (_, chunk) =>
        {
            for (int position = chunk.Start; position < chunk.End; position++)
            {
                ReadOnlySpan<int> items = lists.Row(Rows[position]);
                Span<TLabel> to = packed.AsSpan((int)Starts[position], items.Length);
                for (int n = 0; n < items.Length; n++)
                    to[n] = Label<TLabel>(labels[items[n]]);
            }
        }, cancellation);
}
