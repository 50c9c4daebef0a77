using System.Text;

namespace Pipeline.Tables.DuckDb;

/// <summary>Turns the values of a result's rows into objects.</summary>
internal sealed class RowValues
{
    // DECIMAL(38, s) has more digits than decimal: 96 bits are what it holds.
    private static readonly Int128 LargestDecimal = (Int128)decimal.MaxValue;

    private readonly Result result;
    private readonly (int Scale, DuckDbType Storage)[] decimals;

    public RowValues(Result result)
    {
        this.result = result;
        decimals = [.. result.Types.Select((t, c) => t == DuckDbType.Decimal ? result.Decimal(c) : default)];
    }

    /// <summary>The values of a row of the current chunk.</summary>
    public object?[] Read(int row)
    {
        object?[] values = new object?[result.Types.Length];
        for (int c = 0; c < values.Length; c++)
        {
            Vector vector = result.Column(c);
            values[c] = vector.IsNull(row) ? null : Read(vector, row, c);
        }
        return values;
    }

    private object Read(Vector vector, int row, int column) => result.Types[column] switch
    {
        DuckDbType.Boolean => vector.Values<bool>()[row],
        DuckDbType.Float => (double)vector.Values<float>()[row],
        DuckDbType.Double => vector.Values<double>()[row],
        DuckDbType.Varchar => Encoding.UTF8.GetString(vector.Bytes(row)),
        DuckDbType.Blob => vector.Bytes(row).ToArray(),
        DuckDbType.Date => Time(vector.Values<int>()[row], TimeSpan.TicksPerDay, column) is var day ? DateOnly.FromDateTime(day) : default,
        DuckDbType.Timestamp or DuckDbType.TimestampWithZone => Time(vector.Values<long>()[row], TimeSpan.TicksPerMicrosecond, column),
        DuckDbType.TimestampMillis => Time(vector.Values<long>()[row], TimeSpan.TicksPerMillisecond, column),
        DuckDbType.TimestampSeconds => Time(vector.Values<long>()[row], TimeSpan.TicksPerSecond, column),
        DuckDbType.TimestampNanos => Time(vector.Values<long>()[row] / 1000, TimeSpan.TicksPerMicrosecond, column),
        DuckDbType.Decimal => Decimal(Integer(vector, row, decimals[column].Storage, column), decimals[column].Scale, column),
        var type => Integer(vector, row, type, column) is var whole && whole >= long.MinValue && whole <= long.MaxValue
            ? (object)(long)whole
            : Decimal(whole, 0, column),
    };

    private Int128 Integer(Vector vector, int row, DuckDbType type, int column) => type switch
    {
        DuckDbType.TinyInt => vector.Values<sbyte>()[row],
        DuckDbType.SmallInt => vector.Values<short>()[row],
        DuckDbType.Integer => vector.Values<int>()[row],
        DuckDbType.BigInt => vector.Values<long>()[row],
        DuckDbType.UTinyInt => vector.Values<byte>()[row],
        DuckDbType.USmallInt => vector.Values<ushort>()[row],
        DuckDbType.UInteger => vector.Values<uint>()[row],
        DuckDbType.UBigInt => vector.Values<ulong>()[row],
        DuckDbType.HugeInt => vector.Values<Int128>()[row],
        _ => throw new DuckDbException(
            DuckDbFault.Statement, $"Column '{result.Names[column]}' has the type {type}, which is not read here: cast it to VARCHAR."),
    };

    private decimal Decimal(Int128 unscaled, int scale, int column)
    {
        if (unscaled > LargestDecimal || unscaled < -LargestDecimal || scale > 28)
            throw new DuckDbException(
                DuckDbFault.Statement, $"Column '{result.Names[column]}' has a number with more digits than are read here: cast it to DOUBLE.");
        UInt128 bits = (UInt128)Int128.Abs(unscaled);
        return new decimal((int)(uint)bits, (int)(uint)(bits >> 32), (int)(uint)(bits >> 64), unscaled < 0, (byte)scale);
    }

    private DateTime Time(long value, long ticks, int column)
    {
        Int128 time = (Int128)value * ticks + DateTime.UnixEpoch.Ticks;
        return time >= 0 && time <= DateTime.MaxValue.Ticks
            ? new DateTime((long)time, DateTimeKind.Utc)
            : throw new DuckDbException(DuckDbFault.Statement, $"Column '{result.Names[column]}' has a time outside the years 1 to 9999.");
    }
}
