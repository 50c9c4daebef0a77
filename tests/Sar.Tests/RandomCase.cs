using FsCheck;
using FsCheck.Fluent;

namespace Pipeline.Sar.Tests;

/// <summary>A small random case: few users and items, so that pairs repeat, scores tie and some users and items have nothing.</summary>
internal sealed record RandomCase(int Users, int Items, Event[] Events, SarOptions Options)
{
    /// <summary>Weights and decays are sums of few powers of two: they add without rounding, in any order.</summary>
    public static Arbitrary<RandomCase> Exact { get; } = Cases([-1, 0, 0.5, 1, 1, 2, 3, 4], [null, 1, 2]);

    /// <summary>The same with weights above 0 only.</summary>
    public static Arbitrary<RandomCase> Positive { get; } = Cases([0.5, 1, 1, 2, 3, 4], [null, 1, 2]);

    /// <summary>Weights and half-lives whose sums round, so that another order of addition would show.</summary>
    public static Arbitrary<RandomCase> Rounding { get; } = Cases([-0.3, 0, 0.1, 0.2, 0.7, 1e-3, 1e9 / 7], [null, 0.37, 30]);

    public Interactions Data => Tests.Cases.Of(Users, Items, Events);

    public SarModel Fit(int threads = 1) => SarModel.Fit(Data, Options, threads);

    public override string ToString() => $"{Users} users, {Items} items, {Options}: {string.Join(", ", Events)}";

    private static Arbitrary<RandomCase> Cases(double[] weights, double?[] halfLives)
    {
        Gen<SarOptions> options =
            from kind in Gen.Elements(Enum.GetValues<SimilarityKind>())
            from support in Gen.Choose(1, 3)
            from halfLife in Gen.Elements(halfLives)
            select new SarOptions { Similarity = kind, MinSupport = support, HalfLifeDays = halfLife };
        Gen<RandomCase> cases =
            from users in Gen.Choose(1, 9)
            from items in Gen.Choose(1, 12)
            from length in Gen.Choose(0, 60)
            from events in (
                from user in Gen.Choose(0, users - 1)
                from item in Gen.Choose(0, items - 1)
                from weight in Gen.Elements(weights)
                from day in Gen.Choose(0, 4)
                select new Event(user, item, weight, 2 * day * Tests.Cases.Day)).ArrayOf(length)
            from chosen in options
            select new RandomCase(users, items, events, chosen);
        return Arb.From(cases, Smaller);
    }

    private static IEnumerable<RandomCase> Smaller(RandomCase given)
    {
        for (int part = given.Events.Length; part >= 1; part /= 2)
            for (int start = 0; start + part <= given.Events.Length; start += part)
                yield return given with { Events = [.. given.Events[..start], .. given.Events[(start + part)..]] };
    }
}
