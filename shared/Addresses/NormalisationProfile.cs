namespace Pipeline.Addresses;

/// <summary>
/// Rules by which addresses become comparable, by name and version; the name stands next to whatever was computed by them. A profile
/// never changes: other rules are a new version. Each starts from the normal form of <see cref="Internal"/>.
/// </summary>
public sealed record NormalisationProfile
{
    private NormalisationProfile(string name) => Name = name;

    /// <summary>
    /// Joins. White space around the address cut off, lower case without regard to culture, the domain as A-labels by IDNA 2008 with the
    /// Unicode version of <see cref="IdnaTable"/> and without a final dot; the local part is nobody's business but its provider's.
    /// </summary>
    public static NormalisationProfile Internal { get; } = new("internal/v1");

    /// <summary>Suppression and one mail per mailbox: Gmail ignores dots and what follows a plus, and owns two domains.</summary>
    public static NormalisationProfile Mailbox { get; } = new("mailbox/v1")
    {
        Domains = GmailDomains.Both,
        DropsDots = true,
        DropsTag = true,
        MergesDomains = true,
    };

    /// <summary>Meta, Conversions API and custom audiences: nothing more.</summary>
    public static NormalisationProfile Meta { get; } = new("meta/v1");

    /// <summary>Google, enhanced conversions and Campaign Manager 360 (not Customer Match): no dots in both domains of Gmail.</summary>
    public static NormalisationProfile Google { get; } = new("google/v1") { Domains = GmailDomains.Both, DropsDots = true };

    /// <summary>Unified ID 2.0: no dots and tags in gmail.com.</summary>
    public static NormalisationProfile Uid2 { get; } = new("uid2/v1") { Domains = GmailDomains.First, DropsDots = true, DropsTag = true };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<NormalisationProfile> All { get; } = [Internal, Mailbox, Meta, Google, Uid2];

    private enum GmailDomains
    {
        /// <summary>No address is treated apart.</summary>
        None,

        /// <summary>Those at gmail.com are.</summary>
        First,

        /// <summary>And at googlemail.com.</summary>
        Both,
    }

    /// <summary>Name and version.</summary>
    public string Name { get; }

    private GmailDomains Domains { get; init; }

    private bool DropsDots { get; init; }

    private bool DropsTag { get; init; }

    private bool MergesDomains { get; init; }

    /// <summary>Writes an address by the rules of the profile.</summary>
    /// <param name="address">The address.</param>
    /// <param name="buffer">Takes the result; <see cref="EmailAddress.MaxLength"/> bytes.</param>
    /// <returns>The part of the buffer in use.</returns>
    public ReadOnlySpan<byte> Normalise(EmailAddress address, Span<byte> buffer)
    {
        int length = 0;
        if (IsGmail(address.Domain))
        {
            foreach (byte c in address.Local)
            {
                if (DropsTag && c == '+')
                    break;
                if (!DropsDots || c != '.')
                    buffer[length++] = c;
            }
        }
        // Of "+tag" nothing would be left: all such addresses would seem to be one.
        if (length == 0)
        {
            address.Normalised.CopyTo(buffer);
            return buffer[..address.Normalised.Length];
        }
        buffer[length++] = (byte)'@';
        ReadOnlySpan<byte> domain = MergesDomains ? "gmail.com"u8 : address.Domain;
        domain.CopyTo(buffer[length..]);
        return buffer[..(length + domain.Length)];
    }

    private bool IsGmail(ReadOnlySpan<byte> domain) => Domains switch
    {
        GmailDomains.First => domain.SequenceEqual("gmail.com"u8),
        GmailDomains.Both => domain.SequenceEqual("gmail.com"u8) || domain.SequenceEqual("googlemail.com"u8),
        _ => false,
    };
}
