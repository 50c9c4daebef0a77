using System.Globalization;

namespace Pipeline.Cli.Generate;

/// <summary>Ids of one kind: a letter and a number from 1, padded so that all have the same length.</summary>
internal readonly record struct Ids(char Prefix, int Digits)
{
    /// <summary>u000001 onwards, wider for more than 999,999 users.</summary>
    public static Ids OfUsers(int users) => new('u', Math.Max(6, Width(users)));

    /// <summary>p00001 onwards, wider for more than 99,999 items.</summary>
    public static Ids OfItems(int items) => new('p', Math.Max(5, Width(items)));

    /// <summary>b000001 onwards; there are never more baskets than interactions.</summary>
    public static Ids OfBaskets(long interactions) => new('b', Math.Max(6, Width(interactions)));

    /// <summary>The id as text.</summary>
    public string Text(long number) => Prefix + number.ToString(CultureInfo.InvariantCulture).PadLeft(Digits, '0');

    private static int Width(long highest) => highest.ToString(CultureInfo.InvariantCulture).Length;
}
