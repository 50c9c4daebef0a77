using Pipeline.Tables.DuckDb;

namespace Pipeline.Tables.Tests;

public sealed class DuckDbTableFormatTests : TableFormatContract
{
    protected override ITableFormat Create() => new DuckDbTableFormat();
}
