using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>What the lists come to, counted while they are made, customer after customer. Memory: 9 bytes a product and the sample.</summary>
internal sealed class ListFigures
{
    /// <summary>Customers whose lists are kept for the next run to compare with: enough to know the overlap to a hundredth or two.</summary>
    public const int SampleSize = 4096;

    private readonly SarModel all;
    private readonly bool[] isReachable;
    private readonly int reachable, k;
    private readonly long[] byItem;
    private readonly long[] bySource = new long[ListSources.All.Count];

    /// <summary>The customers with the lowest hashes, largest first out: the same ones in every run as long as they are there.</summary>
    private readonly PriorityQueue<(ulong Hash, int[] Items), ulong> sample = new(Comparer<ulong>.Create((a, b) => b.CompareTo(a)));

    /// <param name="all">The model of all customers, for what each has had.</param>
    /// <param name="isReachable">Whether each product may get into a list.</param>
    /// <param name="k">Places of a list.</param>
    public ListFigures(SarModel all, bool[] isReachable, int k)
    {
        this.all = all;
        this.isReachable = isReachable;
        this.k = k;
        reachable = isReachable.Count(can => can);
        byItem = new long[isReachable.Length];
    }

    /// <summary>Customers, with or without a list.</summary>
    public long Customers { get; private set; }

    /// <summary>Customers who have not had everything there is to offer.</summary>
    public long WithSomethingLeft { get; private set; }

    /// <summary>Customers with a list.</summary>
    public long WithList { get; private set; }

    /// <summary>Rows of all lists.</summary>
    public long Rows => bySource.Sum();

    /// <summary>Rows that the lists could have with what there is to offer.</summary>
    public long Places { get; private set; }

    /// <summary>Products that may get into a list.</summary>
    public int ReachableItems => reachable;

    /// <summary>Products that did.</summary>
    public int RecommendedItems => byItem.Count(rows => rows > 0);

    /// <summary>Rows of the most recommended products, one in a hundred of those that may get into a list, rounded down.</summary>
    public long TopRows => byItem.OrderDescending().Take(reachable / 100).Sum();

    /// <summary>Rows where the models had nothing.</summary>
    public long FallbackRows => ListSources.All.Where(source => source.IsFallback()).Sum(source => bySource[(int)source]);

    /// <summary>Rows of a source.</summary>
    public long RowsOf(ListSource source) => bySource[(int)source];

    /// <summary>Takes the next customer's list into account.</summary>
    /// <param name="user">The customer's index.</param>
    /// <param name="id">The customer's id, UTF-8.</param>
    /// <param name="list">The list.</param>
    public void Add(int user, ReadOnlySpan<byte> id, ListRow[] list)
    {
        int left = reachable;
        foreach (int item in all.Affinity.Row(user).Indices)
            left -= isReachable[item] ? 1 : 0;
        Customers++;
        WithSomethingLeft += left > 0 || list.Length > 0 ? 1 : 0;
        WithList += list.Length > 0 ? 1 : 0;
        Places += Math.Max(list.Length, Math.Min(k, left));
        foreach (ListRow row in list)
        {
            byItem[row.Item]++;
            bySource[(int)row.Source]++;
        }
        if (list.Length > 0)
            Sample(id, list);
    }

    /// <summary>The lists kept for the next run: item ids by the customer's hash, in order of the hash.</summary>
    public SortedDictionary<string, string[]> Kept(ItemTable items)
    {
        var kept = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        foreach (((ulong hash, int[] list), _) in sample.UnorderedItems)
            kept[hash.ToString("x16", CultureInfo.InvariantCulture)] = [.. list.Select(item => Encoding.UTF8.GetString(items.Ids[item]))];
        return kept;
    }

    private void Sample(ReadOnlySpan<byte> id, ListRow[] list)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(id, digest);
        ulong hash = BinaryPrimitives.ReadUInt64BigEndian(digest);
        if (sample.Count < SampleSize)
            sample.Enqueue((hash, Items(list)), hash);
        else if (hash < sample.Peek().Hash)
            sample.EnqueueDequeue((hash, Items(list)), hash);

        static int[] Items(ListRow[] list) => [.. list.Select(row => row.Item)];
    }
}
