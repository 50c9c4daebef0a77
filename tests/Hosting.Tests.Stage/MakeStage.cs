using Microsoft.Extensions.Logging;
using Pipeline.Records;
using Pipeline.Storage;

namespace Pipeline.Hosting.Tests.Stage;

/// <summary>What the stage can be told.</summary>
internal sealed record MakeOptions
{
    /// <summary>Rows to write.</summary>
    public required int Rows { get; init; }

    /// <summary>Begins each name.</summary>
    public required string Word { get; init; }

    /// <summary>A file that decides the result by being what it is.</summary>
    public required string? List { get; init; }

    /// <summary>An earlier run, whose note's size is counted.</summary>
    public required string? Since { get; init; }

    /// <summary>Bytes of a file beside the table.</summary>
    public required int NoteBytes { get; init; }

    /// <summary>Rows that no counter mentions.</summary>
    public required int LostRows { get; init; }

    /// <summary>The file whose appearance ends the stay between the first part and the second; null for no stay.</summary>
    public required string? StayUntil { get; init; }

    /// <summary>How to fail behind the first part.</summary>
    public required string Fail { get; init; }

    public static MakeOptions Parse(OptionReader options) => new()
    {
        Rows = options.Integer("rows", "Rows to write.", 10, min: 0, max: 10_000_000),
        Word = options.Text("word", "TEXT", "Begins each name.", "row"),
        List = options.OptionalInputFile("list", "A file that decides the result."),
        Since = options.OptionalEarlierRun("since", "note.bin", "An earlier run, whose note is weighed."),
        NoteBytes = options.Integer("note-bytes", "Bytes of a file beside the table.", 16, min: 0),
        LostRows = options.Integer("lost-rows", "Rows that no counter mentions.", 0, min: 0, decides: false),
        StayUntil = options.OptionalText("stay-until", "FILE", "Stay between the parts until this file is there.", decides: false),
        Fail = options.Choice("fail", "How to fail.", ["no", "refused", "csv", "memory", "bug"], "no", decides: false),
    };
}

/// <summary>Writes as many rows as it is told, in two parts, and stays or fails between them.</summary>
internal static class MakeStage
{
    public static readonly StageDefinition<MakeOptions> Definition = new()
    {
        Stage = Numbers.Make,
        Summary = "Writes numbers.",
        Parse = MakeOptions.Parse,
        Run = RunAsync,
    };

    private static async Task RunAsync(MakeOptions options, StageContext stage, CancellationToken cancellation)
    {
        await using TableOutput table = stage.Write(Numbers.Made);
        stage.Progress.Start("writing", options.Rows, "rows");
        for (int row = 0; row < options.Rows; row++)
        {
            if (row == options.Rows / 2)
                await BetweenPartsAsync(options, stage, table, cancellation);
            table.Batch.Values<long>(Numbers.Number)[table.Batch.Count] = row;
            table.Batch.Text(Numbers.Name).Append($"{options.Word} {Hashing.Of(BitConverter.GetBytes(row))}");
            await table.NextRowAsync(cancellation);
            stage.Progress.Report(row + 1);
        }
        await table.CompleteAsync(cancellation);
        await stage.WriteFileAsync("note.bin", new byte[options.NoteBytes], cancellation);

        stage.Counters.RowsIn = options.Rows + 1;
        stage.Counters.RowsKept = options.Rows - options.LostRows;
        stage.Counters.Drop("invented");
        stage.Counters.Set("parts", 2);
        if (stage.Earlier("since") is { } note)
        {
            stage.Counters.Set("earlier_bytes", note.Length);
            stage.Show("weighed", new ConsoleTable().Words("what").Numbers("bytes").Row("[note]", $"{note.Length:N0}"), [new("bytes", note.Length)]);
        }
    }

    private static async Task BetweenPartsAsync(MakeOptions options, StageContext stage, TableOutput table, CancellationToken cancellation)
    {
        await table.NextPartAsync(cancellation);
        PendingObject half = await stage.Run.Store.CreateAsync($"{Numbers.Make.Folder}/half.bin", cancellation);
        await using (half)
        {
            await File.WriteAllTextAsync(half.Path, "half", cancellation);
            if (options.StayUntil is not null)
                stage.Log.LogInformation("staying");
            while (options.StayUntil is not null && !File.Exists(options.StayUntil))
                await Task.Delay(20, cancellation);
        }
        Exception? failure = options.Fail switch
        {
            "refused" => new StageException(ExitCode.InputRefused, "There is too much dirt.", "Clean it."),
            "csv" => new RecordException(isContent: true, "'a.csv' is cut off."),
            "memory" => new InsufficientMemoryException("There is none left."),
            "bug" => new InvalidOperationException("Nobody thought of this."),
            _ => null,
        };
        if (failure is not null)
            throw failure;
    }
}
