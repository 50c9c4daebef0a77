using System.Buffers.Binary;
using Pipeline.Tables;

namespace Pipeline.Database;

/// <summary>
/// Rows as PostgreSQL's binary COPY writes them: the number of fields, then each with its length. What is sent and what the database gives
/// back are the same bytes of each row, in either database, and so is their checksum. Not thread-safe.
/// </summary>
internal sealed class RowEncoder(TableSchema schema)
{
    /// <summary>What stands before the rows: signature, flags, no extension.</summary>
    public static ReadOnlyMemory<byte> Header { get; } = new byte[]
        { (byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xff, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0 };

    /// <summary>What stands behind them: a number of fields that no row has.</summary>
    public static ReadOnlyMemory<byte> Trailer { get; } = new byte[] { 0xff, 0xff };

    private const int FlushAt = 1 << 20;

    /// <summary>Microseconds from 1970, where our times begin, to 2000, where PostgreSQL's do.</summary>
    private const long Epoch = 946_684_800_000_000;

    private readonly Column[] columns = [.. schema.Columns];
    private byte[] buffer = new byte[FlushAt + (FlushAt / 4)], other = new byte[FlushAt + (FlushAt / 4)];
    private int used;

    /// <summary>Checksum of all rows encoded so far.</summary>
    public RowChecksum Checksum { get; } = new();

    /// <summary>What the last call encoded; valid until the next but one, so that it can be sent while the next is encoded.</summary>
    public ReadOnlyMemory<byte> Encoded => buffer.AsMemory(0, used);

    /// <summary>Encodes rows from a position on, until there is enough to send.</summary>
    /// <returns>The first row not encoded.</returns>
    public int Encode(ColumnBatch batch, int row)
    {
        (buffer, other) = (other, buffer);
        used = 0;
        for (; row < batch.Count && used < FlushAt; row++)
        {
            int start = used;
            BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), (short)columns.Length);
            foreach (Column column in columns)
                Encode(batch, column, row);
            Checksum.Add(buffer.AsSpan(start, used - start));
        }
        return row;
    }

    private void Encode(ColumnBatch batch, Column column, int row)
    {
        if (column.Type == ColumnType.Text)
        {
            TextColumn text = batch.Text(column);
            if (text.IsNull(row))
            {
                EncodeNull();
                return;
            }
            ReadOnlySpan<byte> value = text[row];
            Span<byte> field = Take(sizeof(int) + value.Length);
            BinaryPrimitives.WriteInt32BigEndian(field, value.Length);
            value.CopyTo(field[sizeof(int)..]);
            return;
        }
        if (column.Nullable && batch.Nulls(column)[row])
        {
            EncodeNull();
            return;
        }
        switch (column.Type)
        {
            case ColumnType.Int32:
                BinaryPrimitives.WriteInt32BigEndian(TakeField(sizeof(int)), batch.Values<int>(column)[row]);
                break;
            case ColumnType.Int64:
                BinaryPrimitives.WriteInt64BigEndian(TakeField(sizeof(long)), batch.Values<long>(column)[row]);
                break;
            case ColumnType.Timestamp:
                BinaryPrimitives.WriteInt64BigEndian(TakeField(sizeof(long)), batch.Values<long>(column)[row] - Epoch);
                break;
            case ColumnType.Double:
                BinaryPrimitives.WriteDoubleBigEndian(TakeField(sizeof(double)), batch.Values<double>(column)[row]);
                break;
            case ColumnType.Boolean:
                TakeField(1)[0] = batch.Values<bool>(column)[row] ? (byte)1 : (byte)0;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(column), column.Type, "Unknown type.");
        }
    }

    private void EncodeNull() => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), -1);

    private Span<byte> TakeField(int length)
    {
        Span<byte> field = Take(sizeof(int) + length);
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        return field[sizeof(int)..];
    }

    private Span<byte> Take(int length)
    {
        if (buffer.Length - used < length)
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, used + length));
        used += length;
        return buffer.AsSpan(used - length, length);
    }
}
