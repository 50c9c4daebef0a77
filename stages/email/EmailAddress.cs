using System.Text;

namespace Pipeline.Email;

/// <summary>
/// A valid address in its normal form, by the profile <see cref="Profile"/>: blanks around it cut off, ASCII only, lower case. It
/// cannot be turned into text by accident: every way of formatting it yields a placeholder.
/// </summary>
internal readonly ref struct EmailAddress
{
    /// <summary>Name and version of the rules by which addresses are normalised. A change of the rules needs a new version.</summary>
    public const string Profile = "internal/v1";

    /// <summary>Most octets of an address (RFC 5321, section 4.5.3.1, with the erratum 1690).</summary>
    public const int MaxLength = 254;

    private const int MaxLocalLength = 64;
    private const int MaxLabelLength = 63;

    private EmailAddress(ReadOnlySpan<byte> normalised, int at)
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

    /// <summary>Reads an address.</summary>
    /// <param name="written">The address as the customer wrote it.</param>
    /// <param name="buffer">Takes the normal form; <see cref="MaxLength"/> bytes, in use as long as the address is.</param>
    /// <param name="address">The address, where there is a valid one.</param>
    /// <returns>Null for a valid address, else the rule it breaks, in snake case.</returns>
    public static string? TryParse(ReadOnlySpan<byte> written, Span<byte> buffer, out EmailAddress address)
    {
        address = default;
        ReadOnlySpan<byte> trimmed = written.Trim(" \t\r\n"u8);
        if (trimmed.IsEmpty)
            return "missing_address";
        if (!Ascii.IsValid(trimmed))
            return "non_ascii_address";
        if (trimmed.Length > MaxLength)
            return "address_too_long";
        Ascii.ToLower(trimmed, buffer, out int length);
        ReadOnlySpan<byte> normalised = buffer[..length];
        int at = normalised.LastIndexOf((byte)'@');
        if (at < 0 || !IsLocal(normalised[..at]) || !IsDomain(normalised[(at + 1)..]))
            return "invalid_address";
        address = new EmailAddress(normalised, at);
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => "(address)";

    /// <summary>A dot-atom of RFC 5322: words of letters, digits and the usual signs between single dots.</summary>
    private static bool IsLocal(ReadOnlySpan<byte> local)
    {
        if (local.Length is 0 or > MaxLocalLength || local[0] == '.' || local[^1] == '.' || local.IndexOf(".."u8) >= 0)
            return false;
        foreach (byte c in local)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && !".!#$%&'*+-/=?^_`{|}~"u8.Contains(c))
                return false;
        }
        return true;
    }

    /// <summary>At least two labels of letters, digits and inner hyphens, the last one not a number.</summary>
    private static bool IsDomain(ReadOnlySpan<byte> domain)
    {
        int labels = 0;
        bool isNumber = false;
        foreach (Range range in domain.Split((byte)'.'))
        {
            ReadOnlySpan<byte> label = domain[range];
            if (label.Length is 0 or > MaxLabelLength || label[0] == '-' || label[^1] == '-')
                return false;
            isNumber = true;
            foreach (byte c in label)
            {
                if (!char.IsAsciiLetterOrDigit((char)c) && c != '-')
                    return false;
                isNumber &= char.IsAsciiDigit((char)c);
            }
            labels++;
        }
        return labels >= 2 && !isNumber;
    }
}
