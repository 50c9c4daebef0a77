using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Cli.Sar;

/// <summary>The records of a CSV file. A line that cannot be cut into fields ends the reading: a number made without it would be wrong.</summary>
internal sealed class CsvRecords : RecordFile
{
    private readonly RecordSource source;

    public CsvRecords(string path, char delimiter, IReadOnlyList<RecordColumn> columns, string? option) : base(path, columns) =>
        source = RecordSource.Open(path, new RecordSettings { Format = RecordFormat.Csv, Delimiter = delimiter }, columns, option);

    public override long Position => source.Position;

    public override long Length => source.Length;

    protected override string Place => $"line {source.Number}";

    public override ReadOnlySpan<byte> this[int column] => source[column];

    public override bool Has(int column) => source.Has(column);

    public override bool Read()
    {
        if (!source.Read())
            return false;
        if (source.Fault is not null)
            Refuse(source.Fault);
        return true;
    }

    public override void Dispose() => source.Dispose();

    private void Refuse(string fault)
    {
        string sentence = fault switch
        {
            "wrong_field_count" => "has more or fewer fields than the header: correct it, or quote the field that holds the delimiter",
            "nul_byte" => "has a NUL byte: save the file as text",
            "invalid_utf8" => "is not UTF-8: save the file as UTF-8",
            _ => "has a quote out of place: correct it",
        };
        throw new StageException(ExitCode.InputRefused, $"'{Path}' {Place} {sentence}.");
    }
}
