using System.Text;

namespace Pipeline.Addresses;

/// <summary>Domains of addresses: at least two labels of letters, digits and inner hyphens, others than ASCII as A-labels.</summary>
internal static class DomainName
{
    /// <summary>Brings a domain into its normal form: lower case, A-labels, no final dot.</summary>
    /// <param name="written">The domain, UTF-8.</param>
    /// <param name="buffer">Takes the normal form.</param>
    /// <param name="length">Length of the normal form.</param>
    /// <param name="broken">A rule it breaks although it can be used; null where there is none.</param>
    /// <returns>The rule of <see cref="AddressRule"/> for which it cannot be used; null where it can.</returns>
    public static string? Read(ReadOnlySpan<byte> written, Span<byte> buffer, out int length, out string? broken)
    {
        length = 0;
        broken = null;
        if (written.IsEmpty)
            return AddressRule.DomainMissing;
        if (written[0] == '[')
            return AddressRule.DomainLiteral;
        if (written[^1] == '.')
        {
            // The root's, which mail leaves out.
            written = written[..^1];
            broken = AddressRule.DomainFinalDot;
        }
        Span<int> codePoints = stackalloc int[Label.MaxCodePoints];
        int labels = 0;
        bool isIdna = true, hasRightToLeft = false, hasOneDirection = true, isNumber = false;
        foreach (Range range in written.Split((byte)'.'))
        {
            if (labels++ > 0)
            {
                if (length == buffer.Length)
                    return AddressRule.TooLong;
                buffer[length++] = (byte)'.';
            }
            string? fault = ReadLabel(written[range], buffer[length..], codePoints, out int bytes, out int count);
            if (fault is not null)
                return fault;
            ReadOnlySpan<int> label = codePoints[..Math.Max(count, 0)];
            isIdna &= count >= 0 && (IsPlain(buffer.Slice(length, bytes)) || Label.IsAllowed(label));
            if (!label.IsEmpty)
            {
                hasRightToLeft |= Label.HasRightToLeft(label);
                hasOneDirection &= Label.HasOneDirection(label);
            }
            isNumber = buffer.Slice(length, bytes).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
            length += bytes;
        }
        if (!isIdna || (hasRightToLeft && !hasOneDirection))
        {
            // What is ASCII already asks for no decision: the name system takes it as it stands.
            if (!Ascii.IsValid(written))
                return AddressRule.DomainNotIdna;
            broken ??= AddressRule.LabelNotIdna;
        }
        return labels < 2 ? AddressRule.DomainWithoutDot : isNumber ? AddressRule.DomainOfNumbers : null;
    }

    private static bool IsPlain(ReadOnlySpan<byte> label) => !label.StartsWith(Label.Prefix);

    /// <param name="written">The label.</param>
    /// <param name="buffer">Takes its normal form.</param>
    /// <param name="codePoints">Takes its code points.</param>
    /// <param name="length">Length of the normal form.</param>
    /// <param name="count">How many code points; -1 where there are none behind the A-label.</param>
    /// <returns>The rule for which it cannot be used; null where it can.</returns>
    private static string? ReadLabel(ReadOnlySpan<byte> written, Span<byte> buffer, Span<int> codePoints, out int length, out int count)
    {
        length = count = 0;
        if (written.IsEmpty)
            return AddressRule.LabelMissing;
        if (!Ascii.IsValid(written))
        {
            count = Label.Map(written, codePoints);
            if (count < 0)
                return AddressRule.LabelTooLong;
            if (!Label.IsAllowed(codePoints[..count]))
                return AddressRule.DomainNotIdna;
            Span<byte> encoded = stackalloc byte[Label.MaxLength];
            length = Label.Encode(codePoints[..count], encoded);
            return length < 0 ? AddressRule.LabelTooLong : encoded[..length].TryCopyTo(buffer) ? null : AddressRule.TooLong;
        }
        foreach (byte c in written)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c != '-')
                return AddressRule.DomainCharacter;
        }
        if (written[0] == '-' || written[^1] == '-')
            return AddressRule.LabelHyphen;
        if (written.Length > Label.MaxLength)
            return AddressRule.LabelTooLong;
        if (written.Length > buffer.Length)
            return AddressRule.TooLong;
        Ascii.ToLower(written, buffer, out length);
        if (!IsPlain(buffer[..length]))
        {
            count = Label.Decode(buffer[..length], codePoints);
            return null;
        }
        for (; count < length; count++)
            codePoints[count] = buffer[count];
        return null;
    }
}
