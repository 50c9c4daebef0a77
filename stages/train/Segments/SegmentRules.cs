namespace Pipeline.Train;

/// <summary>Which segment a customer is in: the first whose conditions all hold. The last has none, so that each customer is in exactly one.</summary>
internal sealed record SegmentRules(IReadOnlyList<SegmentRule> Rules)
{
    /// <summary>The segments where none are named.</summary>
    public static SegmentRules Default { get; } = SegmentFile.ReadDefault();

    /// <summary>Position of the customer's segment.</summary>
    public int SegmentOf(CustomerMeasures customer)
    {
        for (int rule = 0; ; rule++)
            if (Rules[rule].Conditions.All(condition => condition.Holds(customer)))
                return rule;
    }

    /// <summary>The segments of all customers.</summary>
    public Grouping Assign(IReadOnlyList<CustomerMeasures> customers) =>
        new([.. Rules.Select(rule => rule.Name)], [.. customers.Select(SegmentOf)]);
}

/// <summary>A segment and who is in it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Conditions">What must hold, all of it; nothing for whoever is left.</param>
internal sealed record SegmentRule(string Name, IReadOnlyList<SegmentCondition> Conditions);

/// <summary>A measure between two limits, both included.</summary>
/// <param name="Measure">One of <see cref="CustomerMeasures.ByName"/>.</param>
/// <param name="Min">Lowest value.</param>
/// <param name="Max">Highest value.</param>
internal sealed record SegmentCondition(string Measure, double Min, double Max)
{
    private readonly Func<CustomerMeasures, double> value = CustomerMeasures.ByName[Measure];

    /// <summary>Whether a customer is within the limits.</summary>
    public bool Holds(CustomerMeasures customer) => value(customer) is var v && v >= Min && v <= Max;
}
