using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

internal sealed unsafe partial class TileScorer<TLanes, TKind, TLabel>
{
    /// <summary>Gives the candidates that are still good enough their exact scores, and offers them to the list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScoreExactly<TCount>(Tile tile, int first, int place, TLabel* history, int found)
        where TCount : unmanaged, INumber<TCount>
    {
        double items = model.ItemCount;
        ReadOnlySpan<double> affinities = lists.Affinities(place);
        for (int n = 0; n < found; n++)
        {
            if (candidateScores[n] < lists.Thresholds[place])
                continue;
            int column = candidates[n];
            TCount* counts = tile.Block<TCount>(column / Tile.Columns) + column % Tile.Columns;
            double columnCount = settings.Counts.Pointer[settings.Columns[first + column]];
            double score = Sum(counts, history, affinities, settings.Counts.Pointer, columnCount, items);
            if (lists.Offer(place, Item(first + column), score) && lists.Counts[place] == lists.K)
                lists.Thresholds[place] = Math.Max(
                    lists.Thresholds[place], lists.Below(place, lists.Scores[place * lists.K + lists.K - 1] * lists.Scale(place)));
        }
    }

    /// <summary>
    /// The exact score, summed in the order of the history as <see cref="ScoreBoard"/> does; an item without co-occurrence adds 0.0, which
    /// changes no bit.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum<TCount>(
        TCount* counts, TLabel* history, ReadOnlySpan<double> affinities, double* rowCounts, double columnCount, double items)
        where TCount : unmanaged, INumber<TCount>
    {
        double sum = 0;
        for (int n = 0; n < affinities.Length; n++)
        {
            long label = PackedLists.Index(history[n]);
            int count = int.CreateTruncating(counts[label * Tile.Columns]);
            sum += affinities[n] * TKind.Exact(count, rowCounts[label], columnCount, items) + 0.0;
        }
        return sum;
    }
}
