using System.Globalization;

namespace Pipeline.Evaluation;

/// <summary>
/// Something that can be tuned: a choice of words, or numbers from one to another, tried evenly on a logarithmic scale. A value is a point from 0 up
/// to but not 1 on its axis, and a text that options take.
/// </summary>
public sealed record SearchParameter
{
    private const string Between = "..";

    private readonly double low, high;
    private readonly int decimals;

    private SearchParameter(string name, IReadOnlyList<string> choices, double low, double high, int decimals)
    {
        Name = name;
        Choices = choices;
        this.low = low;
        this.high = high;
        this.decimals = decimals;
    }

    /// <summary>Its name, that of the option it becomes.</summary>
    public string Name { get; }

    /// <summary>The words to choose from; empty for numbers.</summary>
    public IReadOnlyList<string> Choices { get; }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public string Text => Choices.Count > 0
        ? $"{Name}={string.Join('|', Choices)}" : string.Create(CultureInfo.InvariantCulture, $"{Name}={low}{Between}{high}");

    /// <summary>Reads <c>jaccard|cosine</c> or <c>1..365</c>.</summary>
    /// <param name="name">The name.</param>
    /// <param name="text">The values.</param>
    /// <param name="decimals">Decimals a number may have; 0 for whole numbers.</param>
    /// <exception cref="FormatException">It is neither; the message is a sentence.</exception>
    public static SearchParameter Parse(string name, string text, int decimals)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Contains(Between, StringComparison.Ordinal))
        {
            string[] choices = text.Split('|');
            if (choices.Any(string.IsNullOrWhiteSpace) || choices.Distinct(StringComparer.Ordinal).Count() < choices.Length)
                throw new FormatException($"{name} '{text}' must be values with | between them, each once, or a range such as 1..10.");
            return new SearchParameter(name, choices, 0, 0, decimals);
        }
        string[] ends = text.Split(Between);
        if (ends.Length != 2 || !TryNumber(ends[0], out double low) || !TryNumber(ends[1], out double high) || !(low > 0 && low < high))
            throw new FormatException($"{name} '{text}' must be a range from a number above 0 to a larger one, such as 1..10.");
        return new SearchParameter(name, [], low, high, decimals);

        static bool TryNumber(string text, out double number) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }

    /// <summary>The value at a point of the axis.</summary>
    public string ValueAt(double point)
    {
        if (Choices.Count > 0)
            return Choices[Math.Min((int)(point * Choices.Count), Choices.Count - 1)];
        double value = low * Math.Pow(high / low, point);
        return Math.Clamp(Math.Round(value, decimals), low, high).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A point of the axis whose value this is, or the nearest.</summary>
    public double PointOf(string value)
    {
        if (Choices.Count > 0)
            return (Math.Max(0, Choices.Index().FirstOrDefault(c => c.Item == value).Index) + 0.5) / Choices.Count;
        return Math.Clamp(Math.Log(double.Parse(value, CultureInfo.InvariantCulture) / low) / Math.Log(high / low), 0, 1);
    }
}
