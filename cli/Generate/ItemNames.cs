using System.Globalization;

namespace Pipeline.Cli.Generate;

/// <summary>
/// Product names of one category, such as "Blue Enamel Teapot": colour and material belong to the series, the noun to the
/// item. Once all pairs of colour and material are used up, a collection name goes in front: "Harbour Blue Enamel Teapot".
/// No two items of a shop share a name.
/// </summary>
internal sealed class ItemNames
{
    private readonly string[] styles;
    private readonly string[] nouns;

    /// <summary>Names for <paramref name="kind"/>, their order drawn from <paramref name="rng"/>.</summary>
    public ItemNames(CategoryKind kind, ref Rng rng)
    {
        nouns = kind.Nouns.Split('|');
        styles =
        [
            .. from material in kind.Materials.Split('|')
               from colour in CategoryKind.Colours
               select $"{colour} {material}",
        ];
        rng.Shuffle(styles.AsSpan());
    }

    /// <summary>Distinct nouns, so the largest a series can be.</summary>
    public int Nouns => nouns.Length;

    /// <summary>The name of the item with this noun in the category's <paramref name="series"/>, counted from 0.</summary>
    public string Name(int series, int noun)
    {
        string name = $"{styles[series % styles.Length]} {nouns[noun]}";
        int round = series / styles.Length;
        if (round == 0)
            return name;
        string collection = CategoryKind.Collections[(round - 1) % CategoryKind.Collections.Length];
        int edition = (round - 1) / CategoryKind.Collections.Length + 1;
        return edition == 1
            ? $"{collection} {name}"
            : string.Create(CultureInfo.InvariantCulture, $"{collection} {edition} {name}");
    }
}
