using System.Runtime.InteropServices;

namespace Pipeline.Tables.DuckDb;

/// <summary>The layout of <c>duckdb_result</c>, which one call takes by value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeResult
{
    public ulong DeprecatedColumnCount;
    public ulong DeprecatedRowCount;
    public ulong DeprecatedRowsChanged;
    public nint DeprecatedColumns;
    public nint DeprecatedError;
    public nint Internal;
}

/// <summary>The layout of <c>duckdb_string_t</c>: up to 12 bytes lie inside, longer ones behind a pointer after a prefix of 4 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal unsafe struct NativeText
{
    public const int MaxInside = 12;

    [FieldOffset(0)] public uint Length;
    [FieldOffset(4)] public fixed byte Inside[MaxInside];
    [FieldOffset(8)] public byte* Pointer;
}

/// <summary>The numbers of <c>duckdb_type</c>.</summary>
internal enum DuckDbType
{
    Invalid = 0,
    Boolean = 1,
    TinyInt = 2,
    SmallInt = 3,
    Integer = 4,
    BigInt = 5,
    UTinyInt = 6,
    USmallInt = 7,
    UInteger = 8,
    UBigInt = 9,
    Float = 10,
    Double = 11,
    Timestamp = 12,
    Date = 13,
    Time = 14,
    Interval = 15,
    HugeInt = 16,
    Varchar = 17,
    Blob = 18,
    Decimal = 19,
    TimestampSeconds = 20,
    TimestampMillis = 21,
    TimestampNanos = 22,
    Enum = 23,
    List = 24,
    Struct = 25,
    Map = 26,
    Uuid = 27,
    Union = 28,
    Bit = 29,
    TimeWithZone = 30,
    TimestampWithZone = 31,
    UHugeInt = 32,
    Array = 33,
    Null = 36,
}
