using System.Text;
using Pipeline.Contracts;

namespace Pipeline.Transform;

/// <summary>What multiplies the weight of an event.</summary>
internal enum WeightFactor
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>1 + ln(max(1, pieces)).</summary>
    Quantity,

    /// <summary>1 + ln(1 + max(0, revenue)).</summary>
    Revenue,
}

/// <summary>
/// What an interaction says about a customer's taste: the weight of its event times a factor that is never below 1. So what was free or
/// came in the smallest quantity still counts as had.
/// </summary>
internal sealed class Weights
{
    /// <summary>More than <see cref="Damped"/> makes of any number.</summary>
    private const double LargestFactor = 1000;

    private readonly double[] ofKind;
    private readonly WeightFactor factor;

    /// <summary>Creates the weights.</summary>
    /// <param name="ofKind">The weight of each kind, at least 0.</param>
    /// <param name="factor">What multiplies it.</param>
    public Weights(double[] ofKind, WeightFactor factor) => (this.ofKind, this.factor) = (ofKind, factor);

    /// <summary>The weights of the kinds in the input, 0 for those without.</summary>
    public static Weights Of(RankedIds kinds, TransformOptions options) => new(
        [.. Enumerable.Range(0, kinds.Count).Select(kind => options.EventWeights.GetValueOrDefault(Encoding.UTF8.GetString(kinds[kind])))],
        options.WeightFactor);

    /// <summary>The largest weight an event can have, so that no factor carries it beyond what training takes.</summary>
    public static double LargestOf(WeightFactor factor) => WeightedInteractions.MaxWeight / (factor == WeightFactor.None ? 1 : LargestFactor);

    /// <summary>Weight of a kind without its factor.</summary>
    public double OfKind(int kind) => ofKind[kind];

    /// <summary>Weight of an interaction, its pieces and money being what was kept of them.</summary>
    public double Of(in Event e) => ofKind[e.Kind] * (factor switch
    {
        WeightFactor.Quantity => Damped(Math.Max(1, e.Quantity)),
        WeightFactor.Revenue => Damped(1 + Math.Max(0, e.Revenue)),
        _ => 1,
    });

    /// <summary>
    /// 1 + ln(x), rounded: the last digits of a logarithm may differ from one machine to the next. Finite even where pieces added up to infinity.
    /// </summary>
    private static double Damped(double x) => Math.Round(1 + Math.Log(Math.Min(x, double.MaxValue)), 9);
}
