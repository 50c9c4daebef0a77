using System.Text;

namespace Pipeline.Addresses;

/// <summary>
/// One label of a domain by IDNA 2008: what of RFC 5891 (section 5), RFC 5892 (rules of context) and RFC 5893 (direction) does not depend
/// on the registry, with the Unicode version of <see cref="IdnaTable"/> whatever the platform has.
/// </summary>
internal static class Label
{
    /// <summary>Most octets of a label in the name system.</summary>
    public const int MaxLength = 63;

    /// <summary>Room for the code points of a label while it is mapped: more than fit into <see cref="MaxLength"/> octets, and apart.</summary>
    public const int MaxCodePoints = 256;

    private const int RightToLeft = 1, Arabic = 2, ArabicNumber = 3, EuropeanNumber = 4, NonSpacing = 5;

    /// <summary>Start of an A-label.</summary>
    public static ReadOnlySpan<byte> Prefix => "xn--"u8;

    /// <summary>Reads a label that is not ASCII: lower case, then NFC. All further mapping would turn it into another one.</summary>
    /// <param name="written">The label in UTF-8.</param>
    /// <param name="codePoints">Takes its code points; <see cref="MaxCodePoints"/>.</param>
    /// <returns>How many; -1 where they do not fit.</returns>
    public static int Map(ReadOnlySpan<byte> written, Span<int> codePoints)
    {
        int count = 0;
        for (; !written.IsEmpty; count++)
        {
            Rune.DecodeFromUtf8(written, out Rune rune, out int bytes);
            if (count == codePoints.Length)
                return -1;
            codePoints[count] = NormalForm.ToLower(rune.Value);
            written = written[bytes..];
        }
        return NormalForm.Compose(codePoints, count);
    }

    /// <summary>Writes the A-label.</summary>
    /// <param name="label">Its code points, not all of ASCII.</param>
    /// <param name="buffer">Takes it.</param>
    /// <returns>Its length; -1 where it does not fit.</returns>
    public static int Encode(ReadOnlySpan<int> label, Span<byte> buffer)
    {
        if (!Prefix.TryCopyTo(buffer))
            return -1;
        int length = Punycode.Encode(label, buffer[Prefix.Length..]);
        return length < 0 ? -1 : Prefix.Length + length;
    }

    /// <summary>Reads an A-label in lower case.</summary>
    /// <param name="written">The A-label.</param>
    /// <param name="codePoints">Takes its code points; <see cref="MaxCodePoints"/>.</param>
    /// <returns>How many; -1 where no label is written like this.</returns>
    public static int Decode(ReadOnlySpan<byte> written, Span<int> codePoints)
    {
        int count = Punycode.Decode(written[Prefix.Length..], codePoints);
        if (count <= 0 || codePoints[..count].IndexOfAnyExceptInRange(0, 0x7F) < 0)
            return -1;
        Span<int> mapped = stackalloc int[MaxCodePoints];
        for (int i = 0; i < count; i++)
            mapped[i] = NormalForm.ToLower(codePoints[i]);
        int length = NormalForm.Compose(mapped, count);
        Span<byte> again = stackalloc byte[MaxLength];
        return length >= 0 && mapped[..length].SequenceEqual(codePoints[..count])
            && Encode(codePoints[..count], again) is int bytes and >= 0 && again[..bytes].SequenceEqual(written) ? count : -1;
    }

    /// <summary>Whether a label of code points may stand in a domain at all.</summary>
    public static bool IsAllowed(ReadOnlySpan<int> label)
    {
        if (label[0] == '-' || label[^1] == '-' || (label.Length >= 4 && label[2] == '-' && label[3] == '-'))
            return false;
        if (CodePointTable.Contains(IdnaTable.Marks, label[0]))
            return false;
        for (int i = 0; i < label.Length; i++)
        {
            if (!CodePointTable.Contains(IdnaTable.Allowed, label[i]) && !IsAllowedBetween(label, i))
                return false;
        }
        return true;
    }

    /// <summary>Whether a label makes its domain one that is written from right to left.</summary>
    public static bool HasRightToLeft(ReadOnlySpan<int> label)
    {
        foreach (int code in label)
        {
            if (Direction(code) is RightToLeft or Arabic or ArabicNumber)
                return true;
        }
        return false;
    }

    /// <summary>The six conditions of RFC 5893, section 2, for a label of a domain that is written from right to left.</summary>
    public static bool HasOneDirection(ReadOnlySpan<int> label)
    {
        int first = Direction(label[0]), last = 0;
        bool isRightToLeft = first is RightToLeft or Arabic, hasArabicNumber = false, hasEuropeanNumber = false;
        if (!isRightToLeft && first != 0)
            return false;
        foreach (int code in label)
        {
            int direction = Direction(code);
            hasArabicNumber |= direction == ArabicNumber;
            hasEuropeanNumber |= direction == EuropeanNumber;
            if (isRightToLeft ? direction == 0 : direction is RightToLeft or Arabic or ArabicNumber)
                return false;
            if (direction != NonSpacing)
                last = direction;
        }
        return isRightToLeft
            ? last is RightToLeft or Arabic or ArabicNumber or EuropeanNumber && !(hasArabicNumber && hasEuropeanNumber)
            : last is 0 or EuropeanNumber;
    }

    /// <summary>
    /// The rules of context (RFC 5892, appendix A). Joiners, which nobody sees, are refused even where a rule allows them.
    /// </summary>
    private static bool IsAllowedBetween(ReadOnlySpan<int> label, int at)
    {
        int before = at > 0 ? label[at - 1] : 0, after = at + 1 < label.Length ? label[at + 1] : 0;
        return label[at] switch
        {
            0xB7 => before == 'l' && after == 'l',
            0x375 => after is (>= 0x370 and <= 0x3FF) or (>= 0x1F00 and <= 0x1FFF),
            0x5F3 or 0x5F4 => before is >= 0x591 and <= 0x5F4,
            0x30FB => label.IndexOfAnyInRange(0x3041, 0x309F) >= 0 || label.IndexOfAnyInRange(0x30A1, 0x30FA) >= 0
                || label.IndexOfAnyInRange(0x3400, 0x9FFF) >= 0 || label.IndexOfAnyInRange(0x20000, 0x323AF) >= 0
                || label.IndexOfAnyInRange(0x1AFF0, 0x1B16F) >= 0,
            >= 0x660 and <= 0x669 => label.IndexOfAnyInRange(0x6F0, 0x6F9) < 0,
            >= 0x6F0 and <= 0x6F9 => label.IndexOfAnyInRange(0x660, 0x669) < 0,
            _ => false,
        };
    }

    private static int Direction(int code) => CodePointTable.Value(IdnaTable.Directions, code);
}
