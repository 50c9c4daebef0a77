namespace Pipeline.Records;

/// <summary>A column that is wanted from a file.</summary>
/// <param name="Key">What we call it.</param>
/// <param name="Header">What the file calls it.</param>
/// <param name="IsRequired">Whether the file must have it.</param>
public sealed record RecordColumn(string Key, string Header, bool IsRequired)
{
    /// <summary>The value of every record where the file lacks the column; null for none.</summary>
    public string? Constant { get; init; }
}
