namespace Pipeline.Email;

/// <summary>What the customers' lines came to, a customer's first line only.</summary>
internal sealed class CustomerCounts
{
    private readonly SortedDictionary<string, ReasonCount> reasons = new(StringComparer.Ordinal);

    /// <summary>Customers for whom there is no list.</summary>
    public long WithoutList { get; set; }

    /// <summary>Addresses by verdict.</summary>
    public long Valid { get; private set; }

    /// <inheritdoc cref="Valid"/>
    public long NonConforming { get; private set; }

    /// <inheritdoc cref="Valid"/>
    public long Invalid { get; private set; }

    /// <summary>Lines that could not be cut into fields, so that nobody knows what address they hold.</summary>
    public long Malformed { get; private set; }

    /// <summary>Why addresses could not be used, malformed lines among them.</summary>
    public IReadOnlyDictionary<string, ReasonCount> Reasons => reasons;

    /// <summary>Counts an address.</summary>
    /// <param name="verdict">What it is good for.</param>
    /// <param name="rule">The rule it breaks, if any.</param>
    /// <param name="line">Where it stands.</param>
    public void Add(AddressVerdict verdict, string? rule, long line)
    {
        switch (verdict)
        {
            case AddressVerdict.Valid:
                Valid++;
                break;
            case AddressVerdict.NonConforming:
                NonConforming++;
                break;
            default:
                Invalid++;
                Note(rule!, line);
                break;
        }
    }

    /// <summary>Counts a line that could not be cut into fields.</summary>
    public void AddMalformed(string fault, long line)
    {
        Malformed++;
        Note(fault, line);
    }

    private void Note(string reason, long line) =>
        reasons[reason] = reasons.TryGetValue(reason, out ReasonCount found) ? found with { Count = found.Count + 1 } : new ReasonCount(1, line);
}

/// <summary>How often a reason was found, and where first.</summary>
/// <param name="Count">How often.</param>
/// <param name="FirstLine">Number of the first line.</param>
internal readonly record struct ReasonCount(long Count, long FirstLine);
