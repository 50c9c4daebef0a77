using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Transform;

/// <summary>
/// Rows of interactions in a temporary file, a section for each range of users. Rows as they were read lie in a section in any order, each
/// with the id of its basket; once the range was saved, the table's columns have taken their place.
/// </summary>
internal sealed class SpilledRows : IDisposable
{
    private const int SmallestBuffer = 1 << 9, LargestBuffer = 1 << 16;

    private readonly Section[] sections;
    private readonly int[] ends;
    private byte[] buffer = new byte[LargestBuffer];

    /// <summary>Creates the file.</summary>
    /// <param name="ranges">All users, in order.</param>
    /// <param name="memory">Bytes there are for what waits to be written.</param>
    public SpilledRows(IReadOnlyList<SizedRange> ranges, long memory)
    {
        int waiting = (int)Math.Clamp(memory / ranges.Count, SmallestBuffer, LargestBuffer);
        sections = [.. ranges.Select(range => new Section(
            range.Users, File.Allocate((long)Row.Size * range.Users.Rows + range.BasketBytes), new byte[waiting]))];
        ends = [.. ranges.Select(range => range.Users.End)];
    }

    public SpillFile File { get; } = new();

    /// <summary>Ranges of users there are.</summary>
    public int Count => sections.Length;

    /// <summary>Adds a row as it was read.</summary>
    public void Add(int user, in Event e, bool hasBasket, ReadOnlySpan<byte> basketId)
    {
        int range = Array.BinarySearch(ends, user + 1);
        Section section = sections[range < 0 ? ~range : range];
        int size = Row.Size + basketId.Length;
        if (size > section.Waiting.Length - section.WaitingBytes)
            Flush(section, size);
        Span<byte> bytes = section.Waiting.AsSpan(section.WaitingBytes, size);
        MemoryMarshal.Write(bytes, new Row(user, e.Item, e.Kind, e.Time, e.Quantity, e.Revenue, hasBasket ? basketId.Length : -1));
        basketId.CopyTo(bytes[Row.Size..]);
        section.WaitingBytes += size;
    }

    /// <summary>Ends the adding.</summary>
    public void Complete()
    {
        foreach (Section section in sections)
        {
            Flush(section, room: 0);
            section.Waiting = [];
        }
    }

    /// <summary>Fills a table with the rows of a range, in order of users.</summary>
    public void Load(int range, EventTable table)
    {
        Section section = sections[range];
        if (section.IsSaved)
        {
            table.Load(section.Users, File, section.Offset);
            return;
        }
        table.BeginEmpty(section.Users);
        for (long at = 0; at < section.WrittenBytes;)
        {
            Span<byte> bytes = buffer.AsSpan(0, (int)Math.Min(buffer.Length, section.WrittenBytes - at));
            File.Read(section.Offset + at, bytes);
            int read = AddRows(bytes, table);
            at += read;
            // Not one whole row: it has a very long id.
            if (read == 0)
                buffer = new byte[2 * buffer.Length];
        }
    }

    /// <summary>Keeps the table's rows in place of those of the range.</summary>
    public void Save(int range, EventTable table)
    {
        // A row of the table is smaller than one as it was read.
        table.Save(File, sections[range].Offset);
        sections[range].IsSaved = true;
    }

    public void Dispose() => File.Dispose();

    /// <summary>Adds the whole rows among some bytes to a table.</summary>
    /// <returns>How many bytes they are.</returns>
    private static int AddRows(ReadOnlySpan<byte> bytes, EventTable table)
    {
        int at = 0;
        while (bytes.Length - at >= Row.Size)
        {
            Row row = MemoryMarshal.Read<Row>(bytes[at..]);
            int end = at + Row.Size + Math.Max(0, row.BasketBytes);
            if (end > bytes.Length)
                break;
            var e = new Event { Item = row.Item, Kind = row.Kind, Time = row.Time, Quantity = row.Quantity, Revenue = row.Revenue };
            table.Add(row.User, e, hasBasket: row.BasketBytes >= 0, bytes[(at + Row.Size)..end]);
            at = end;
        }
        return at;
    }

    private void Flush(Section section, int room)
    {
        File.Write(section.Offset + section.WrittenBytes, section.Waiting.AsSpan(0, section.WaitingBytes));
        section.WrittenBytes += section.WaitingBytes;
        section.WaitingBytes = 0;
        if (room > section.Waiting.Length)
            section.Waiting = new byte[room];
    }

    /// <summary>A row as it was read; the id of its basket follows.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly record struct Row(int User, int Item, byte Kind, long Time, double Quantity, double Revenue, int BasketBytes)
    {
        public static readonly int Size = Unsafe.SizeOf<Row>();
    }

    private sealed class Section(UserRange users, long offset, byte[] waiting)
    {
        public UserRange Users => users;

        public long Offset => offset;

        public byte[] Waiting { get; set; } = waiting;

        public int WaitingBytes { get; set; }

        public long WrittenBytes { get; set; }

        public bool IsSaved { get; set; }
    }
}
