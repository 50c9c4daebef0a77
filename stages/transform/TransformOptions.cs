using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Hosting;

namespace Pipeline.Transform;

/// <summary>What the stage can be told.</summary>
internal sealed record TransformOptions
{
    /// <summary>What an event says about a customer's taste, at least 0. Events without a weight, or with 0, are left out.</summary>
    public required IReadOnlyDictionary<string, double> EventWeights { get; init; }

    public static TransformOptions Parse(OptionReader options) => new()
    {
        EventWeights = ReadWeights(options),
    };

    private static Dictionary<string, double> ReadWeights(OptionReader options)
    {
        IReadOnlyDictionary<string, string> given = options.Pairs(
            "event-weights",
            "What each event says about a customer's taste, at least 0; events with 0, and those not listed, are left out.",
            keys: null,
            $"{Events.View}=1,{Events.Cart}=3,{Events.Purchase}=4");
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach ((string happened, string text) in given)
        {
            if (happened.Any(char.IsAsciiLetterUpper))
                options.Mistake($"--event-weights names '{happened}': write events in lower case, as the interactions have them.");
            else if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double weight) && weight >= 0 && double.IsFinite(weight))
                weights[happened] = weight;
            else
                options.Mistake($"--event-weights gives '{happened}' the weight '{text}': it must be a number, at least 0.");
        }
        return weights;
    }
}
