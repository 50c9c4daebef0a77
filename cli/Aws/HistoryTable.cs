using Pipeline.Hosting;

namespace Pipeline.Cli.Aws;

/// <summary>The latest executions for people, and how long one takes as a rule.</summary>
internal static class HistoryTable
{
    /// <summary>Prints it.</summary>
    public static void Print(IReadOnlyList<Execution> executions, DateTimeOffset now)
    {
        var table = new ConsoleTable().Words("execution").Words("state").Words("started").Numbers("took");
        foreach (Execution execution in executions)
            table.Row(execution.Name, execution.Status.ToLowerInvariant().Replace('_', ' '), StatusTable.Text(execution.Started), StatusTable.Text(execution.Took(now)));
        table.Print();
        if (Median([.. executions.Where(execution => execution.IsSuccess).Select(execution => execution.Took(now))]) is { } median)
            Console.WriteLine($"A run that goes live takes {StatusTable.Text(median)} (median of those above).");
    }

    /// <summary>The middle one; of two in the middle the longer. Null of none.</summary>
    internal static TimeSpan? Median(IReadOnlyList<TimeSpan> spans) => spans.Count == 0 ? null : spans.Order().ElementAt(spans.Count / 2);
}
