using Pipeline.Tables;

namespace Pipeline.Contracts;

/// <summary>A table at its place in the run.</summary>
/// <param name="Stage">The stage that writes it.</param>
/// <param name="Path">Below the stage's folder: a file, or a folder of part files that ends with <c>/</c>.</param>
/// <param name="Schema">Its columns.</param>
/// <param name="IsRandomised">Whether it holds randomised ciphertext, so that its bytes differ from run to run.</param>
public sealed record DataSet(StageContract Stage, string Path, TableSchema Schema, bool IsRandomised = false)
{
    /// <summary>Rows after which a part file ends, at the next place where it may.</summary>
    public const long RowsPerPart = 4_000_000;

    /// <summary>Whether it is split into part files.</summary>
    public bool IsParted => Path.EndsWith('/');

    /// <summary>Path of the n-th part, or of the one file.</summary>
    public string PartPath(int part) => IsParted ? $"{Path}part-{part:D5}.parquet" : Path;
}
