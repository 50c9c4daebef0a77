namespace Pipeline.Cli.Report;

/// <summary>Numbers as a table.</summary>
/// <param name="caption">What it shows, for those who cannot see where it stands.</param>
/// <param name="columns">Its headers; one that begins with # is of numbers, which stand on the right.</param>
internal sealed class DataTable(string caption, params IReadOnlyList<string> columns)
{
    private readonly List<IReadOnlyList<Html>> rows = [];

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => rows.Count == 0;

    /// <summary>Adds a row.</summary>
    public DataTable Row(params IReadOnlyList<string> cells) => Row([.. cells.Select(cell => Html.Of($"{cell}"))]);

    /// <summary>Adds a row of pieces.</summary>
    public DataTable Row(IReadOnlyList<Html> cells)
    {
        if (cells.Count != columns.Count)
            throw new ArgumentException($"A row of '{caption}' has {cells.Count} cells for {columns.Count} columns.", nameof(cells));
        rows.Add(cells);
        return this;
    }

    /// <summary>The table, which scrolls by itself where it is wider than the page.</summary>
    public Html ToHtml() => Html.Of(
        $"""
        <div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table><caption>{caption}</caption>
        <thead><tr>{columns.Select(Header)}</tr></thead>
        <tbody>{rows.Select(Line)}</tbody></table></div>

        """);

    private static bool IsNumber(string column) => column.StartsWith('#');

    private static Html Header(string column) =>
        IsNumber(column) ? Html.Of($"<th scope=\"col\" class=\"n\">{column[1..]}</th>") : Html.Of($"<th scope=\"col\">{column}</th>");

    private Html Line(IReadOnlyList<Html> cells) => Html.Of($"<tr>{cells.Select(Cell)}</tr>\n");

    private Html Cell(Html cell, int column) =>
        column == 0 ? Html.Of($"<th scope=\"row\">{cell}</th>") : IsNumber(columns[column]) ? Html.Of($"<td class=\"n\">{cell}</td>") : Html.Of($"<td>{cell}</td>");
}
