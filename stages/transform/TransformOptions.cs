using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.Hosting;

namespace Pipeline.Transform;

/// <summary>What the stage can be told.</summary>
internal sealed record TransformOptions
{
    /// <summary>What an event says about a customer's taste, at least 0. Events without a weight, or with 0, are left out.</summary>
    public required IReadOnlyDictionary<string, double> EventWeights { get; init; }

    /// <summary>What multiplies the weight of an event.</summary>
    public required WeightFactor WeightFactor { get; init; }

    /// <summary>Whether lines that are equal in everything count once.</summary>
    public required bool DropDuplicates { get; init; }

    /// <summary>Users that are no customers, null where all are.</summary>
    public required Regex? ExcludeUsers { get; init; }

    /// <summary>Most interactions of a person in a day (UTC), null for no limit.</summary>
    public required int? MaxDailyInteractions { get; init; }

    /// <summary>Fewest distinct items of a user; 1 leaves out nobody.</summary>
    public required int MinUserItems { get; init; }

    /// <summary>Fewest distinct users of an item; 1 leaves out none.</summary>
    public required int MinItemUsers { get; init; }

    /// <summary>What is held out for evaluation.</summary>
    public required Holdout Holdout { get; init; }

    /// <summary>Most memory to take, in bytes, null for no limit. Changes only speed.</summary>
    public required long? Memory { get; init; }

    public static TransformOptions Parse(OptionReader options)
    {
        IReadOnlyDictionary<string, string> weights = options.Pairs(
            "event-weights",
            "What each event says about a customer's taste, at least 0; events with 0, and those not listed, are left out.",
            keys: null,
            $"{Events.View}=1,{Events.Cart}=3,{Events.Purchase}=4");
        WeightFactor factor = ReadFactor(options);
        return new TransformOptions
        {
            EventWeights = ReadWeights(weights, Weights.LargestOf(factor), options),
            WeightFactor = factor,
            DropDuplicates = options.Choice(
                "duplicates", "What becomes of a line that equals another in everything: drop it, or keep it as one more.", ["drop", "keep"], "drop") == "drop",
            ExcludeUsers = options.OptionalPattern("exclude-users", "Users whose id matches are no customers (test accounts): all they did is left out."),
            MaxDailyInteractions = options.Integer(
                "max-daily-interactions", "Users with more interactions on one day (UTC) are robots: all they did is left out. 0 for no limit.", 0, min: 0)
                is var max and > 0 ? max : null,
            MinUserItems = options.Integer(
                "min-user-items", "Leave out users with fewer distinct items, and on until all that are left have enough of each other.", 1, min: 1),
            MinItemUsers = options.Integer("min-item-users", "Leave out items with fewer distinct users, in the same way.", 1, min: 1),
            Holdout = Holdout.Parse(options),
            Memory = options.OptionalSize(
                "memory",
                "Most memory to take, for example 2GB; users are worked on part by part, by way of a temporary file, to keep it. Changes only speed. Default: no limit.",
                decides: false),
        };
    }

    private static Dictionary<string, double> ReadWeights(IReadOnlyDictionary<string, string> given, double largest, OptionReader options)
    {
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach ((string happened, string text) in given)
        {
            if (happened.Any(char.IsAsciiLetterUpper))
                options.Mistake($"--event-weights names '{happened}': write events in lower case, as the interactions have them.");
            else if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double weight) && weight >= 0 && weight <= largest)
                weights[happened] = weight;
            else
                options.Mistake(string.Create(
                    CultureInfo.InvariantCulture, $"--event-weights gives '{happened}' the weight '{text}': it must be a number from 0 to {largest}."));
        }
        return weights;
    }

    private static WeightFactor ReadFactor(OptionReader options)
    {
        Dictionary<string, WeightFactor> factors = Enum.GetValues<WeightFactor>().ToDictionary(f => f.ToString().ToLowerInvariant());
        return factors[options.Choice(
            "weight-factor", "What multiplies an event's weight, damped and never below 1: nothing, pieces or money.", [.. factors.Keys], "none")];
    }
}
