namespace Pipeline.Addresses;

/// <summary>Punycode (RFC 3492): code points as letters, digits and hyphens, lower case. Time grows with the square of a label's length.</summary>
internal static class Punycode
{
    private const int Base = 36, MinThreshold = 1, MaxThreshold = 26, Skew = 38, Damp = 700, InitialBias = 72, InitialCodePoint = 0x80;
    private const int LastCodePoint = 0x10FFFF;
    private const byte Delimiter = (byte)'-';

    /// <summary>Encodes code points, those of ASCII being lower case already.</summary>
    /// <param name="codePoints">At most a thousand; then no sum below exceeds an <see cref="int"/>.</param>
    /// <param name="encoded">Takes the result.</param>
    /// <returns>Length of the result; -1 where it does not fit.</returns>
    public static int Encode(ReadOnlySpan<int> codePoints, Span<byte> encoded)
    {
        int length = 0;
        foreach (int code in codePoints)
        {
            if (code >= InitialCodePoint)
                continue;
            if (length == encoded.Length)
                return -1;
            encoded[length++] = (byte)code;
        }
        int basic = length, handled = basic;
        if (basic > 0)
        {
            if (length == encoded.Length)
                return -1;
            encoded[length++] = Delimiter;
        }
        int next = InitialCodePoint, delta = 0, bias = InitialBias;
        while (handled < codePoints.Length)
        {
            int least = LastCodePoint;
            foreach (int code in codePoints)
            {
                if (code >= next)
                    least = Math.Min(least, code);
            }
            delta += (least - next) * (handled + 1);
            next = least;
            foreach (int code in codePoints)
            {
                if (code < next)
                    delta++;
                if (code != next)
                    continue;
                int rest = delta;
                for (int k = Base; ; k += Base)
                {
                    if (length == encoded.Length)
                        return -1;
                    int threshold = Math.Clamp(k - bias, MinThreshold, MaxThreshold);
                    if (rest < threshold)
                        break;
                    encoded[length++] = Digit(threshold + (rest - threshold) % (Base - threshold));
                    rest = (rest - threshold) / (Base - threshold);
                }
                encoded[length++] = Digit(rest);
                bias = Adapt(delta, handled + 1, isFirst: handled == basic);
                delta = 0;
                handled++;
            }
            delta++;
            next++;
        }
        return length;
    }

    /// <summary>Decodes lower-case punycode.</summary>
    /// <param name="encoded">Letters, digits and hyphens.</param>
    /// <param name="codePoints">Takes the result; as long as <paramref name="encoded"/>, at most a thousand.</param>
    /// <returns>How many code points; -1 where it is no punycode.</returns>
    public static int Decode(ReadOnlySpan<byte> encoded, Span<int> codePoints)
    {
        int basic = Math.Max(encoded.LastIndexOf(Delimiter), 0), count = 0;
        foreach (byte c in encoded[..basic])
            codePoints[count++] = c;
        int code = InitialCodePoint, bias = InitialBias;
        long i = 0;
        for (int at = basic > 0 ? basic + 1 : 0; at < encoded.Length;)
        {
            long before = i, weight = 1;
            for (int k = Base; ; k += Base)
            {
                int digit = at < encoded.Length ? Value(encoded[at++]) : -1;
                if (digit < 0)
                    return -1;
                i += digit * weight;
                // No position lies beyond; and the weight cannot exceed the sum, so neither overflows.
                if (i > (long)LastCodePoint * (codePoints.Length + 1))
                    return -1;
                int threshold = Math.Clamp(k - bias, MinThreshold, MaxThreshold);
                if (digit < threshold)
                    break;
                weight *= Base - threshold;
            }
            bias = Adapt((int)(i - before), count + 1, isFirst: before == 0);
            long beyond = code + i / (count + 1);
            if (beyond > LastCodePoint)
                return -1;
            code = (int)beyond;
            i %= count + 1;
            codePoints[(int)i..count].CopyTo(codePoints[((int)i + 1)..]);
            codePoints[(int)i++] = code;
            count++;
        }
        return count;
    }

    private static int Adapt(int delta, int points, bool isFirst)
    {
        delta /= isFirst ? Damp : 2;
        delta += delta / points;
        int k = 0;
        for (; delta > (Base - MinThreshold) * MaxThreshold / 2; k += Base)
            delta /= Base - MinThreshold;
        return k + (Base - MinThreshold + 1) * delta / (delta + Skew);
    }

    private static byte Digit(int value) => (byte)(value < 26 ? 'a' + value : '0' + value - 26);

    private static int Value(byte digit) => digit switch
    {
        >= (byte)'a' and <= (byte)'z' => digit - 'a',
        >= (byte)'0' and <= (byte)'9' => digit - '0' + 26,
        _ => -1,
    };
}
