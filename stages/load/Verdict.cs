using System.Globalization;
using System.Text.Json.Serialization;

namespace Pipeline.Load;

/// <summary>Whether there is enough to learn from. It informs; only empty data is refused.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict
{
    /// <summary>Enough for recommendations of their own for most customers.</summary>
    [JsonStringEnumMemberName("enough")]
    Enough,

    /// <summary>Recommendations come out, but lean on few customers.</summary>
    [JsonStringEnumMemberName("thin")]
    Thin,

    /// <summary>What comes out is chance.</summary>
    [JsonStringEnumMemberName("not_worth_running")]
    NotWorthRunning,
}

/// <summary>The rules of the verdict: the figures that services of this kind ask of their users' data.</summary>
internal static class Verdicts
{
    /// <summary>Interactions below which running is not worth it.</summary>
    public const long MinInteractions = 1_000;

    /// <summary>Users with two purchases below which running is not worth it.</summary>
    public const long MinBuyers = 25;

    /// <summary>Interactions that are advised.</summary>
    public const long AdvisedInteractions = 50_000;

    /// <summary>Users with two purchases that are advised.</summary>
    public const long AdvisedBuyers = 1_000;

    /// <summary>Purchases that make a user count.</summary>
    public const long PurchasesOfBuyer = 2;

    /// <summary>The verdict on data.</summary>
    /// <param name="interactions">Lines kept.</param>
    /// <param name="buyers">Users with two purchases or more.</param>
    public static Verdict Of(long interactions, long buyers) =>
        interactions < MinInteractions || buyers < MinBuyers ? Verdict.NotWorthRunning
        : interactions < AdvisedInteractions || buyers < AdvisedBuyers ? Verdict.Thin
        : Verdict.Enough;

    /// <summary>The verdict in a word or two.</summary>
    public static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Enough => "enough",
        Verdict.Thin => "thin",
        _ => "not worth running",
    };

    /// <summary>The verdict in a sentence.</summary>
    public static string Explain(Verdict verdict, long interactions, long buyers)
    {
        string have = string.Create(CultureInfo.InvariantCulture, $"{interactions:N0} interactions and {buyers:N0} users with two purchases");
        return verdict switch
        {
            Verdict.Enough => $"{Name(verdict)} data to recommend: {have}",
            Verdict.Thin => string.Create(
                CultureInfo.InvariantCulture,
                $"{Name(verdict)} data: {have}, where {AdvisedInteractions:N0} and {AdvisedBuyers:N0} are advised; expect many customers to get what is popular"),
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"{Name(verdict)}: {have}, where at least {MinInteractions:N0} and {MinBuyers:N0} are needed; what comes out is chance"),
        };
    }
}
