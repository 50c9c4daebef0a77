namespace Pipeline.Addresses;

/// <summary>
/// An address mail can be sent to, in the normal form of <see cref="NormalisationProfile.Internal"/>. It cannot be turned into text by
/// accident: every way of formatting it yields a placeholder. Made by <see cref="AddressParser"/>.
/// </summary>
public readonly ref struct EmailAddress
{
    /// <summary>Most octets of an address (RFC 5321, section 4.5.3.1, with the erratum 1690).</summary>
    public const int MaxLength = 254;

    /// <summary>Takes over an address in its normal form.</summary>
    /// <param name="normalised">The address.</param>
    /// <param name="at">Where its @ stands.</param>
    public EmailAddress(ReadOnlySpan<byte> normalised, int at)
    {
        Normalised = normalised;
        Local = normalised[..at];
        Domain = normalised[(at + 1)..];
    }

    /// <summary>The whole address. Handle with care.</summary>
    public ReadOnlySpan<byte> Normalised { get; }

    /// <summary>What stands before the @.</summary>
    public ReadOnlySpan<byte> Local { get; }

    /// <summary>What stands behind the @.</summary>
    public ReadOnlySpan<byte> Domain { get; }

    /// <inheritdoc/>
    public override string ToString() => "(address)";
}
