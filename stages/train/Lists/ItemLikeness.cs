using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>
/// How alike two products are, 0 to 1: their similarity in the model over the root of the product of the two products' similarities to
/// themselves. That puts every kind of similarity on one scale: with Jaccard it changes nothing, with co-occurrence or lift it gives the cosine.
/// Only the nearest neighbours of a product are kept; all others count as not alike. Immutable, safe to read from any thread.
/// </summary>
internal sealed class ItemLikeness
{
    /// <summary>No product is like any other.</summary>
    public static readonly ItemLikeness None = new([0], [], []);

    // The neighbours of item i are at starts[i] up to starts[i + 1], rising by index.
    private readonly int[] starts, others;
    private readonly float[] values;

    private ItemLikeness(int[] starts, int[] others, float[] values)
    {
        this.starts = starts;
        this.others = others;
        this.values = values;
    }

    /// <summary>Works it out. Memory: 8 bytes a neighbour.</summary>
    /// <param name="model">The model.</param>
    /// <param name="neighbours">Nearest neighbours kept of each product.</param>
    /// <param name="threads">Most threads to use. Changes speed only.</param>
    /// <param name="cancellation">Stops it.</param>
    public static ItemLikeness Of(SarModel model, int neighbours, int threads, CancellationToken cancellation)
    {
        int[] items = [.. Enumerable.Range(0, model.ItemCount)];
        Ranking[] nearest = model.SimilarItems(items, neighbours, minUsers: 1, threads, cancellation);
        double[] self = new double[items.Length];
        // By these three every product that is similar to any is so to itself, to 1; by the others it must be counted.
        bool isOne = model.Options.Similarity is SimilarityKind.Jaccard or SimilarityKind.Cosine or SimilarityKind.Inclusion;
        foreach (int item in items)
        {
            cancellation.ThrowIfCancellationRequested();
            self[item] = isOne ? 1 : ToItself(model.SimilarityRow(item), item);
        }
        return Of(self, item => nearest[item].Indices.Zip(nearest[item].Scores));
    }

    private static double ToItself(SparseRow row, int item) => row.Indices.BinarySearch(item) is >= 0 and var at ? row.Values[at] : 0;

    /// <summary>The same from similarities written out.</summary>
    /// <param name="self">Similarity of each product to itself.</param>
    /// <param name="neighbours">Its neighbours and their similarities.</param>
    public static ItemLikeness Of(double[] self, Func<int, IEnumerable<(int Other, double Similarity)>> neighbours)
    {
        var starts = new int[self.Length + 1];
        var others = new List<int>();
        var values = new List<float>();
        for (int item = 0; item < self.Length; item++)
        {
            foreach ((int other, double similarity) in neighbours(item).OrderBy(n => n.Other))
            {
                double scale = Math.Sqrt(self[item] * self[other]);
                if (similarity <= 0 || !(scale > 0))
                    continue;
                others.Add(other);
                values.Add((float)Math.Min(1, similarity / scale));
            }
            starts[item + 1] = others.Count;
        }
        return new ItemLikeness(starts, [.. others], [.. values]);
    }

    /// <summary>How alike two different products are, by whichever of them keeps the other as a neighbour. O(log of the neighbours).</summary>
    public double Between(int i, int j) => Math.Max(Kept(i, j), Kept(j, i));

    private float Kept(int item, int other)
    {
        if (item + 1 >= starts.Length)
            return 0;
        int at = Array.BinarySearch(others, starts[item], starts[item + 1] - starts[item], other);
        return at < 0 ? 0 : values[at];
    }
}
