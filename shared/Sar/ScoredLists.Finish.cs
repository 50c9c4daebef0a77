using System.Collections;
using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

internal sealed unsafe partial class ScoredLists
{
    /// <summary>The lists in the order asked for, without the gaps that short ones leave; these arrays become theirs. Ends all use.</summary>
    public RecommendationLists ToLists()
    {
        MoveToLists();
        long[] starts = new long[Count + 1L];
        for (int list = 0; list < Count; list++)
        {
            int start = (int)starts[list];
            starts[list + 1] = start + Counts[list];
            if (start == list * K)
                continue;
            Items.AsSpan(list * K, Counts[list]).CopyTo(Items.AsSpan(start));
            Scores.AsSpan(list * K, Counts[list]).CopyTo(Scores.AsSpan(start));
        }
        int length = (int)starts[^1];
        return length == Items.Length ? new(users, starts, Items, Scores) : new(users, starts, Items[..length], Scores[..length]);
    }

    /// <summary>Moves every list from its place to where it was asked for, cycle after cycle, so that no second copy is needed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MoveToLists()
    {
        var isMoved = new BitArray(Count);
        int[] items = new int[2 * K];
        double[] scores = new double[2 * K];
        Span<int> itemsInHand = items.AsSpan(0, K), otherItems = items.AsSpan(K);
        Span<double> scoresInHand = scores.AsSpan(0, K), otherScores = scores.AsSpan(K);
        for (int first = 0; first < Count; first++)
        {
            if (isMoved[first] || order[first] == first)
                continue;
            // Invariant: the list of place 'place' is in hand, its own place is free to be written to.
            int count = Counts[first], place = first;
            Items.AsSpan(first * K, K).CopyTo(itemsInHand);
            Scores.AsSpan(first * K, K).CopyTo(scoresInHand);
            do
            {
                int to = order[place];
                Items.AsSpan(to * K, K).CopyTo(otherItems);
                Scores.AsSpan(to * K, K).CopyTo(otherScores);
                itemsInHand.CopyTo(Items.AsSpan(to * K));
                scoresInHand.CopyTo(Scores.AsSpan(to * K));
                (Counts[to], count) = (count, Counts[to]);
                otherItems.CopyTo(itemsInHand);
                otherScores.CopyTo(scoresInHand);
                isMoved[to] = true;
                place = to;
            }
            while (place != first);
        }
    }
}
