using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Pipeline.Addresses;

/// <summary>
/// Reads addresses as customers write them: never throws, keeps nothing, guesses nothing, and repairs only what makes no other address
/// of it. Time grows with the length, of which labels are bounded. The same on every platform, in every culture.
/// </summary>
public static class AddressParser
{
    private const int MaxLocalLength = 64;

    /// <summary>No address in UTF-8 that can become one of <see cref="EmailAddress.MaxLength"/> octets is longer.</summary>
    private const int MaxWrittenLength = 4096;

    private static readonly SearchValues<byte> LocalCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+-/=?^_`{|}~"u8);

    /// <summary>Reads an address.</summary>
    /// <param name="written">The address as the customer wrote it, UTF-8.</param>
    /// <param name="buffer">Takes the normal form; <see cref="EmailAddress.MaxLength"/> bytes, in use as long as the address is.</param>
    /// <param name="address">The address, unless it is invalid.</param>
    /// <param name="rule">The rule of <see cref="AddressRule"/> that it breaks; null for a valid one.</param>
    public static AddressVerdict Parse(ReadOnlySpan<byte> written, Span<byte> buffer, out EmailAddress address, out string? rule)
    {
        address = default;
        rule = Read(written, buffer, out int at, out int length, out string? broken);
        if (rule is not null)
            return AddressVerdict.Invalid;
        address = new EmailAddress(buffer[..length], at);
        rule = broken;
        return rule is null ? AddressVerdict.Valid : AddressVerdict.NonConforming;
    }

    /// <returns>The rule that makes it invalid; null where mail can be sent.</returns>
    private static string? Read(ReadOnlySpan<byte> written, Span<byte> buffer, out int at, out int length, out string? broken)
    {
        length = 0;
        at = -1;
        broken = null;
        if (!Utf8.IsValid(written))
            return AddressRule.NotUtf8;
        ReadOnlySpan<byte> trimmed = Trim(written);
        if (trimmed.IsEmpty)
            return AddressRule.Missing;
        if (trimmed.Length > MaxWrittenLength)
            return AddressRule.TooLong;
        if (trimmed[0] == '"')
            return AddressRule.LocalQuoted;
        at = trimmed.IndexOf((byte)'@');
        if (at < 0)
            return AddressRule.NoAt;
        ReadOnlySpan<byte> local = trimmed[..at], domain = trimmed[(at + 1)..];
        if (domain.Contains((byte)'@'))
            return AddressRule.SeveralAts;
        string? fault = FindFault(local);
        if (fault is not null)
            return fault;
        if (local[0] == '.' || local[^1] == '.' || local.IndexOf(".."u8) >= 0)
            broken = AddressRule.LocalDots;

        Ascii.ToLower(local, buffer, out _);
        buffer[at] = (byte)'@';
        fault = DomainName.Read(domain, buffer[(at + 1)..EmailAddress.MaxLength], out int domainLength, out string? brokenDomain);
        broken ??= brokenDomain;
        length = at + 1 + domainLength;
        return fault;
    }

    /// <summary>The words of RFC 5322's dot-atom; where its dots stand is not looked at.</summary>
    private static string? FindFault(ReadOnlySpan<byte> local) =>
        local.IndexOfAnyExcept((byte)'.') < 0 ? AddressRule.LocalMissing
        : !Ascii.IsValid(local) ? AddressRule.LocalNotAscii
        : local.IndexOfAnyExcept(LocalCharacters) >= 0 ? AddressRule.LocalCharacter
        : local.Length > MaxLocalLength ? AddressRule.LocalTooLong
        : null;

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (Rune.DecodeFromUtf8(text, out Rune rune, out int bytes) == OperationStatus.Done && IsWhiteSpace(rune.Value))
            text = text[bytes..];
        while (Rune.DecodeLastFromUtf8(text, out Rune rune, out int bytes) == OperationStatus.Done && IsWhiteSpace(rune.Value))
            text = text[..^bytes];
        return text;
    }

    /// <summary>The property White_Space of Unicode.</summary>
    private static bool IsWhiteSpace(int code) => code is
        (>= 0x09 and <= 0x0D) or 0x20 or 0x85 or 0xA0 or 0x1680 or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000;
}
