namespace Pipeline.Tables.Tests;

/// <summary>What every engine behind the seam must do: derive once for each.</summary>
public abstract partial class TableFormatContract
{
    private protected static readonly Column Id = new("id", ColumnType.Int64);
    private protected static readonly Column Name = new("name", ColumnType.Text, Nullable: true);
    private protected static readonly TableSchema Simple = new("simple", 1, Id, Name);

    /// <summary>One column of each type, with and without nulls.</summary>
    private protected static readonly TableSchema Everything = new(
        "everything", 1,
        [.. Enum.GetValues<ColumnType>().Select(t => new Column($"{t}", t)),
         .. Enum.GetValues<ColumnType>().Select(t => new Column($"{t}?", t, Nullable: true))]);

    private protected string Folder { get; private set; } = "";

    protected abstract ITableFormat Create();

    [SetUp]
    public void MakeFolder() => Folder = Directory.CreateTempSubdirectory("tables-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Folder, recursive: true);

    private protected string At(string name) => Path.Combine(Folder, name);

    private protected static List<object?[]> SimpleRows(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new object?[] { (long)i, i % 7 == 0 ? null : $"name of the row {i % 1000}" })];

    private protected static object?[] RowOfEverything(int i) =>
    [
        i * 7919, i * 10_000_000_019L, i / 3.0, i % 3 == 0, $"text {i % 5}", 1_700_000_000_000_000L + i,
        i % 2 == 0 ? null : -i, i % 3 == 0 ? null : (long)-i, i % 5 == 0 ? null : -i / 7.0, i % 7 == 0 ? null : i % 2 == 0,
        i % 4 == 0 ? null : new string('x', i % 30), i % 11 == 0 ? null : -1_000_000L * i,
    ];

    private protected async Task<TableException> RefusedAsync(string path, TableSchema schema)
    {
        try
        {
            await Create().ReadAsync(path, schema);
        }
        catch (TableException e)
        {
            Assert.That(e.Message, Does.Contain(path).And.Not.Contain("\n"));
            return e;
        }
        throw new AssertionException($"'{path}' was read.");
    }
}
