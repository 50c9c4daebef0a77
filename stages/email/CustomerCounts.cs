namespace Pipeline.Email;

/// <summary>What the customers' lines came to, a customer's first line only.</summary>
internal sealed class CustomerCounts
{
    /// <summary>Customers for whom there is no list.</summary>
    public long WithoutList { get; set; }

    /// <summary>Addresses by verdict.</summary>
    public long Valid { get; private set; }

    /// <inheritdoc cref="Valid"/>
    public long NonConforming { get; private set; }

    /// <inheritdoc cref="Valid"/>
    public long Invalid { get; private set; }

    /// <summary>Counts an address.</summary>
    public void Add(AddressVerdict verdict)
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
                break;
        }
    }
}
