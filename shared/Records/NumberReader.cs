namespace Pipeline.Records;

/// <summary>
/// Reads numbers with a decimal point or a decimal comma. The other of the two may divide the digits before the decimal sign into groups
/// of three; without a decimal sign, <c>1,234</c>, it is as likely to be the decimal sign itself, and the field is no number. Thread-safe.
/// </summary>
/// <param name="isDecimalComma">Whether the decimal sign is the comma.</param>
public sealed class NumberReader(bool isDecimalComma)
{
    private const int MaxLength = 64;

    private readonly byte decimalSign = (byte)(isDecimalComma ? ',' : '.');
    private readonly byte groupSign = (byte)(isDecimalComma ? '.' : ',');

    /// <summary>A finite number.</summary>
    /// <param name="field">The field, without blanks around the number.</param>
    /// <param name="number">The number; without meaning where there is none.</param>
    /// <returns>Whether the whole field is a number.</returns>
    public bool TryRead(ReadOnlySpan<byte> field, out double number)
    {
        if (!isDecimalComma && FieldParser.TryNumber(field, out number))
            return true;
        number = 0;
        if (field.Length > MaxLength)
            return false;
        int decimals = field.IndexOf(decimalSign);
        ReadOnlySpan<byte> whole = decimals < 0 ? field : field[..decimals];
        bool isGrouped = whole.Contains(groupSign);
        if ((decimals < 0 && isGrouped) || (isGrouped && !HasGroupsOfThree(whole)))
            return false;

        Span<byte> plain = stackalloc byte[MaxLength];
        int length = 0;
        foreach (byte digit in whole)
            if (digit != groupSign)
                plain[length++] = digit;
        if (decimals >= 0)
        {
            plain[length++] = (byte)'.';
            ReadOnlySpan<byte> rest = field[(decimals + 1)..];
            if (rest.ContainsAny((byte)',', (byte)'.'))
                return false;
            rest.CopyTo(plain[length..]);
            length += rest.Length;
        }
        return FieldParser.TryNumber(plain[..length], out number);
    }

    private bool HasGroupsOfThree(ReadOnlySpan<byte> whole)
    {
        if (whole[0] is (byte)'-' or (byte)'+')
            whole = whole[1..];
        int digits = 0;
        for (int at = whole.Length - 1; at >= 0; at--)
        {
            if (whole[at] != groupSign)
                digits++;
            else if (digits == 3)
                digits = 0;
            else
                return false;
        }
        return digits is >= 1 and <= 3;
    }
}
