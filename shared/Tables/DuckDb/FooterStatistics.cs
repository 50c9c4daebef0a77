using System.Buffers.Binary;

namespace Pipeline.Tables.DuckDb;

/// <summary>
/// Takes the statistics out of a Parquet file's footer. DuckDB writes the least and the greatest value of each column there, in clear and
/// outside of what a reader would have to decompress, and has no option not to. The footer is a Thrift structure in the compact protocol; it is
/// copied field by field, without knowing more of it than the way to the statistics.
/// </summary>
internal static class FooterStatistics
{
    private const int TailBytes = 8;

    // Thrift, compact protocol: the types of fields and elements.
    private const int True = 1, False = 2, Byte = 3, Int16 = 4, Int32 = 5, Int64 = 6, Double = 7, Binary = 8, List = 9, Set = 10, Map = 11, Struct = 12, Uuid = 13;

    /// <summary>The structures on the way, by parquet.thrift.</summary>
    private enum Kind
    {
        Other,
        File,
        RowGroup,
        ColumnChunk,
        ColumnMetaData,
    }

    /// <summary>Rewrites the footer in place.</summary>
    /// <param name="path">A file that was written whole and that nobody reads yet.</param>
    /// <exception cref="InvalidOperationException">The file has an index or a Bloom filter, which tell of values, too.</exception>
    public static void RemoveFrom(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        // What stands at the end: the footer, its length, PAR1.
        Span<byte> tail = stackalloc byte[TailBytes];
        file.Seek(-TailBytes, SeekOrigin.End);
        file.ReadExactly(tail);
        int length = BinaryPrimitives.ReadInt32LittleEndian(tail);
        var footer = new byte[length];
        file.Seek(-TailBytes - length, SeekOrigin.End);
        long start = file.Position;
        file.ReadExactly(footer);

        ReadOnlySpan<byte> copy = Without(footer);
        BinaryPrimitives.WriteInt32LittleEndian(tail, copy.Length);
        file.Seek(start, SeekOrigin.Begin);
        file.Write(copy);
        file.Write(tail);
        file.SetLength(file.Position);
    }

    /// <summary>A footer without the statistics.</summary>
    public static ReadOnlySpan<byte> Without(ReadOnlySpan<byte> footer)
    {
        var copier = new Copier(footer);
        copier.CopyStruct(Kind.File);
        return copier.Written;
    }

    private ref struct Copier(ReadOnlySpan<byte> footer)
    {
        private readonly ReadOnlySpan<byte> footer = footer;
        private readonly byte[] output = new byte[footer.Length];
        private int read, written;

        public readonly ReadOnlySpan<byte> Written => output.AsSpan(0, written);

        public void CopyStruct(Kind kind)
        {
            int id = 0, lastWritten = 0;
            while (footer[read++] is var head && head != 0)
            {
                int delta = head >> 4, type = head & 15;
                id = delta != 0 ? id + delta : ReadZigZag();
                if ((kind, id) is (Kind.ColumnChunk, >= 4 and <= 7) or (Kind.ColumnMetaData, 14))
                    throw new InvalidOperationException($"The file has an index of its values ({kind} field {id}).");
                bool isKept = !((kind, id) is (Kind.ColumnMetaData, 12 or 16 or 17));
                int before = written;
                WriteHead(id - lastWritten, id, type);
                CopyValue(type, KindOf(kind, id), isElement: false);
                if (isKept)
                    lastWritten = id;
                else
                    written = before;
            }
            output[written++] = 0;
        }

        private static Kind KindOf(Kind parent, int id) => (parent, id) switch
        {
            (Kind.File, 4) => Kind.RowGroup,
            (Kind.RowGroup, 1) => Kind.ColumnChunk,
            (Kind.ColumnChunk, 3) => Kind.ColumnMetaData,
            _ => Kind.Other,
        };

        private void CopyValue(int type, Kind kind, bool isElement)
        {
            switch (type)
            {
                case True or False:
                    // A field's value is in its type.
                    CopyBytes(isElement ? 1 : 0);
                    break;
                case Byte: CopyBytes(1); break;
                case Int16 or Int32 or Int64: CopyVarint(); break;
                case Double: CopyBytes(8); break;
                case Uuid: CopyBytes(16); break;
                case Binary: CopyBytes((int)CopyVarint()); break;
                case List or Set: CopyList(kind); break;
                case Map: CopyMap(); break;
                case Struct: CopyStruct(kind); break;
                default: throw new InvalidOperationException($"The footer has a value of the unknown type {type}.");
            }
        }

        private void CopyList(Kind kind)
        {
            int head = footer[read];
            CopyBytes(1);
            long count = head >> 4 == 15 ? CopyVarint() : head >> 4;
            for (long n = 0; n < count; n++)
                CopyValue(head & 15, kind, isElement: true);
        }

        private void CopyMap()
        {
            long count = CopyVarint();
            if (count == 0)
                return;
            int types = footer[read];
            CopyBytes(1);
            for (long n = 0; n < count; n++)
            {
                CopyValue(types >> 4, Kind.Other, isElement: true);
                CopyValue(types & 15, Kind.Other, isElement: true);
            }
        }

        private void CopyBytes(int count)
        {
            footer.Slice(read, count).CopyTo(output.AsSpan(written));
            read += count;
            written += count;
        }

        private long CopyVarint()
        {
            long value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = footer[read];
                CopyBytes(1);
                value |= (long)(next & 127) << shift;
                if (next < 128)
                    return value;
            }
        }

        private int ReadZigZag()
        {
            int value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = footer[read++];
                value |= (next & 127) << shift;
                if (next < 128)
                    return (value >> 1) ^ -(value & 1);
            }
        }

        /// <summary>The distance to the field before is in the head where it fits, which it does for all ids of parquet.thrift.</summary>
        private void WriteHead(int delta, int id, int type)
        {
            if (delta is < 1 or > 15)
                throw new InvalidOperationException($"The footer has a field {id} out of order.");
            output[written++] = (byte)((delta << 4) | type);
        }
    }
}
