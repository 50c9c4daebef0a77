using Pipeline.Contracts;
using Pipeline.Tables;

namespace Pipeline.Hosting.Tests.Stage;

/// <summary>What the two stages exchange.</summary>
internal static class Numbers
{
    public static readonly StageContract Make = new("make", "01-made");

    public static readonly StageContract Copy = new("copy", "02-copied", Make);

    public static readonly Column Number = new("number", ColumnType.Int64);

    public static readonly Column Name = new("name", ColumnType.Text);

    public static readonly TableSchema Schema = new("numbers", 1, Number, Name);

    public static readonly DataSet Made = new(Make, "numbers/", Schema);

    public static readonly DataSet Copied = new(Copy, "numbers.parquet", Schema);
}
