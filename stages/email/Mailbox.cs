namespace Pipeline.Email;

/// <summary>
/// The mailbox behind an address, where its provider delivers several spellings to one: Gmail ignores dots and what follows a plus,
/// and owns two domains. Other providers' addresses stay as they are. Used for suppression and one mail per mailbox, never for joins.
/// </summary>
internal static class Mailbox
{
    /// <summary>Writes the canonical spelling.</summary>
    /// <param name="address">The address.</param>
    /// <param name="buffer">Takes the spelling; <see cref="EmailAddress.MaxLength"/> bytes.</param>
    /// <returns>The part of the buffer in use.</returns>
    public static ReadOnlySpan<byte> Canonical(EmailAddress address, Span<byte> buffer)
    {
        bool isGmail = address.Domain.SequenceEqual("gmail.com"u8) || address.Domain.SequenceEqual("googlemail.com"u8);
        // Without the tag nothing would be left of "+tag": all such addresses would seem to be one mailbox.
        if (!isGmail || address.Local[0] == '+')
        {
            address.Normalised.CopyTo(buffer);
            return buffer[..address.Normalised.Length];
        }
        int length = 0;
        foreach (byte c in address.Local)
        {
            if (c == '+')
                break;
            if (c != '.')
                buffer[length++] = c;
        }
        ReadOnlySpan<byte> domain = "@gmail.com"u8;
        domain.CopyTo(buffer[length..]);
        return buffer[..(length + domain.Length)];
    }
}
