using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Pipeline.Cli.Report;

/// <summary>
/// A piece of a page. Made from <c>$"..."</c>: what the source code says stands as it is, and every value that is put in is escaped, unless it is
/// a piece itself. No other way leads from a text to a page.
/// </summary>
internal readonly struct Html
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly string? text;

    private Html(string text) => this.text = text;

    /// <summary>Nothing.</summary>
    public static Html Empty => default;

    /// <summary>A piece with values put in.</summary>
    public static Html Of(Handler handler) => new(handler.Text);

    /// <summary>Pieces one after the other.</summary>
    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(piece => piece.text)));

    /// <summary>The content of a script or style sheet that is part of this program.</summary>
    public static Html Own(string resource) => new(resource);

    /// <inheritdoc/>
    public override string ToString() => text ?? "";

    /// <summary>Puts a piece together for the compiler.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Handler(int literalLength, int formattedCount)
    {
        private readonly StringBuilder text = new(literalLength + (16 * formattedCount));

        public string Text => text.ToString();

        public void AppendLiteral(string literal) => text.Append(literal);

        public void AppendFormatted(Html piece) => text.Append(piece.text);

        public void AppendFormatted(IEnumerable<Html> pieces)
        {
            foreach (Html piece in pieces)
                text.Append(piece.text);
        }

        public void AppendFormatted(string? value) => text.Append(value is null ? null : Encoder.Encode(value));

        public void AppendFormatted(int value) => text.Append(value.ToString(CultureInfo.InvariantCulture));
    }
}
