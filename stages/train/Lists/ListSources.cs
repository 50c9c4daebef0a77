using Pipeline.Contracts;

namespace Pipeline.Train;

/// <summary>The names of the sources, and which of them know the customer.</summary>
internal static class ListSources
{
    /// <summary>All, in the order of the chain.</summary>
    public static readonly IReadOnlyList<ListSource> All = Enum.GetValues<ListSource>();

    /// <summary>The word in the output.</summary>
    public static string Name(this ListSource source) => source switch
    {
        ListSource.SarSegment => Sources.SarSegment,
        ListSource.Sar => Sources.Sar,
        ListSource.PopularSegment => Sources.PopularSegment,
        ListSource.PopularCategory => Sources.PopularCategory,
        ListSource.Popular => Sources.Popular,
        ListSource.NewArrival => Sources.NewArrival,
        ListSource.Pinned => Sources.Pinned,
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "It has no name."),
    };

    /// <summary>Whether it stands in where the models have nothing. What the rules ask for does not.</summary>
    public static bool IsFallback(this ListSource source) =>
        source is ListSource.PopularSegment or ListSource.PopularCategory or ListSource.Popular or ListSource.NewArrival;
}
