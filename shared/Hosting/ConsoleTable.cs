using Spectre.Console;

namespace Pipeline.Hosting;

/// <summary>A table for people: columns that line up, numbers to the right. Not thread-safe.</summary>
public sealed class ConsoleTable
{
    /// <summary>Columns to a line where no terminal says how many there are.</summary>
    private const int DefaultWidth = 120;

    private readonly Table table = new Table().Border(TableBorder.Simple);

    /// <summary>Adds a column of words.</summary>
    public ConsoleTable Words(string title)
    {
        table.AddColumn(new TableColumn(Markup.Escape(title)));
        return this;
    }

    /// <summary>Adds a column of numbers.</summary>
    public ConsoleTable Numbers(string title)
    {
        table.AddColumn(new TableColumn(Markup.Escape(title)).RightAligned());
        return this;
    }

    /// <summary>Adds a row: a text for each column.</summary>
    public ConsoleTable Row(params IReadOnlyList<string> cells)
    {
        table.AddRow([.. cells.Select(Markup.Escape)]);
        return this;
    }

    /// <summary>Prints it on stdout.</summary>
    /// <param name="fileWidth">Columns to a line where stdout is no terminal.</param>
    public void Print(int fileWidth = DefaultWidth)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = fileWidth;
        WriteTo(console);
    }

    /// <summary>The table as lines of plain text.</summary>
    public override string ToString() => ToString(DefaultWidth);

    /// <summary>The table as lines of plain text, so many columns wide at most.</summary>
    public string ToString(int width)
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        WriteTo(console);
        return string.Join('\n', text.ToString().Split('\n').Select(line => line.TrimEnd())).Trim('\n');
    }

    internal void WriteTo(IAnsiConsole console) => console.Write(table);
}
