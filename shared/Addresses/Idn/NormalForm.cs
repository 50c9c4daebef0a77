namespace Pipeline.Addresses;

/// <summary>
/// Lower case and NFC (Unicode Standard Annex 15) from <see cref="IdnaTable"/>. The platform's own functions depend on ICU: without it
/// <see cref="string.Normalize()"/> does nothing. Code points that NFC would replace by a single other one stay, and are not allowed in
/// a domain.
/// </summary>
internal static class NormalForm
{
    private const int FirstSyllable = 0xAC00, FirstLead = 0x1100, FirstVowel = 0x1161, BeforeTrail = 0x11A7;
    private const int Leads = 19, Vowels = 21, Trails = 28;

    private static readonly Dictionary<int, (int First, int Second)> Parts = ReadParts();
    private static readonly Dictionary<(int First, int Second), int> Wholes = ReadWholes();

    /// <summary>A code point's lower case, where there is one about which all mappings agree; else the code point.</summary>
    public static int ToLower(int code)
    {
        if (code < 0x80)
            return char.IsAsciiLetterUpper((char)code) ? code | 0x20 : code;
        ReadOnlySpan<int> row = CodePointTable.Row(IdnaTable.Lower, 4, code);
        return !row.IsEmpty && code <= row[1] && (code - row[0]) % row[2] == 0 ? code + row[3] : code;
    }

    /// <summary>Brings code points into NFC, in place.</summary>
    /// <param name="codePoints">The buffer, long enough for the decomposed text: four times the composed one is.</param>
    /// <param name="count">How many are in use.</param>
    /// <returns>How many are in use now; -1 where the buffer is too short.</returns>
    public static int Compose(Span<int> codePoints, int count)
    {
        Span<int> decomposed = stackalloc int[codePoints.Length];
        int length = 0;
        foreach (int code in codePoints[..count])
        {
            if (!Decompose(code, decomposed, ref length))
                return -1;
        }
        Sort(decomposed[..length]);
        return Recompose(decomposed[..length], codePoints);
    }

    private static bool Decompose(int code, Span<int> decomposed, ref int length)
    {
        if (Parts.TryGetValue(code, out (int First, int Second) parts))
            return Decompose(parts.First, decomposed, ref length) && Decompose(parts.Second, decomposed, ref length);
        if (length == decomposed.Length)
            return false;
        decomposed[length++] = code;
        return true;
    }

    /// <summary>Canonical order: marks by class, those of one class as they stood.</summary>
    private static void Sort(Span<int> codes)
    {
        for (int i = 1; i < codes.Length; i++)
        {
            int code = codes[i], value = Class(code), at = i;
            if (value == 0)
                continue;
            for (; at > 0 && Class(codes[at - 1]) > value; at--)
                codes[at] = codes[at - 1];
            codes[at] = code;
        }
    }

    /// <summary>Puts each code point together with the last starter, unless one of its class or a higher one stands between.</summary>
    private static int Recompose(ReadOnlySpan<int> decomposed, Span<int> composed)
    {
        int count = 0, starter = -1, lastClass = -1;
        foreach (int code in decomposed)
        {
            int value = Class(code);
            if (starter >= 0 && lastClass < value && TryCompose(composed[starter], code, out int whole))
            {
                composed[starter] = whole;
                continue;
            }
            if (value == 0)
                starter = count;
            lastClass = value == 0 ? -1 : value;
            composed[count++] = code;
        }
        return count;
    }

    private static bool TryCompose(int first, int second, out int whole)
    {
        int lead = first - FirstLead, vowel = second - FirstVowel, trail = second - BeforeTrail, syllable = first - FirstSyllable;
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels)
        {
            whole = FirstSyllable + (lead * Vowels + vowel) * Trails;
            return true;
        }
        if (syllable is >= 0 and < Leads * Vowels * Trails && syllable % Trails == 0 && trail is > 0 and < Trails)
        {
            whole = first + trail;
            return true;
        }
        return Wholes.TryGetValue((first, second), out whole);
    }

    private static int Class(int code) => CodePointTable.Value(IdnaTable.CombiningClasses, code);

    private static Dictionary<int, (int First, int Second)> ReadParts()
    {
        var parts = new Dictionary<int, (int First, int Second)>();
        Add(IdnaTable.Compositions);
        Add(IdnaTable.Decompositions);
        return parts;

        void Add(ReadOnlySpan<int> table)
        {
            for (int i = 0; i < table.Length; i += 3)
                parts.Add(table[i], (table[i + 1], table[i + 2]));
        }
    }

    private static Dictionary<(int First, int Second), int> ReadWholes()
    {
        var wholes = new Dictionary<(int First, int Second), int>();
        ReadOnlySpan<int> table = IdnaTable.Compositions;
        for (int i = 0; i < table.Length; i += 3)
            wholes.Add((table[i + 1], table[i + 2]), table[i]);
        return wholes;
    }
}
