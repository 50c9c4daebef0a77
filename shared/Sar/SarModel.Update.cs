namespace Pipeline.Sar;

public sealed partial class SarModel
{
    /// <summary>
    /// The model of all interactions so far and of new ones: the same bits as a <see cref="Fit"/> with all of them, whose options are those of
    /// this model. Only what is new is counted; see remarks. This model stays as it is and right.
    /// </summary>
    /// <remarks>
    /// <para>Counting costs O(users + items of the users who have new pairs + increments): a user with l items who gets a new ones makes
    /// a (2 l + a) increments. Repeats of a pair add to its affinity and make none. Baskets stand for users with
    /// <see cref="CoOccurrenceUnit.Basket"/>: rows with a basket number (or a time, where they have none) that the user has already go on
    /// filling that basket. Affinities and lists of items are made again, as a fit makes them, O(rows log(rows of the busiest user)): the
    /// reference time moves with the newest interaction, and all affinities with it. <see cref="SarOptions.Neighbours"/> are found again too,
    /// O(all counts).</para>
    /// <para>The counts go over to the new model. From then on this one counts the rows it is asked for as a model without kept counts does;
    /// updated once more, it gives a model that has counted everything again. A cancelled update takes nothing.</para>
    /// <para>Memory while updating: what a fit of all interactions takes, and what this model holds but for the counts. The new model keeps
    /// one copy of all interactions. Safe beside any other call.</para>
    /// </remarks>
    /// <param name="more">
    /// The new interactions; may be none. Users and items keep their indices; new ones come after them, so there are at least as many as now.
    /// </param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors. Changes speed only.</param>
    /// <param name="cancellation">Stops between blocks of rows, until the counts are taken over.</param>
    /// <exception cref="ArgumentException"><paramref name="more"/> has fewer users or items than the model.</exception>
    /// <exception cref="InvalidOperationException">The model was not fitted with <see cref="SarOptions.Updatable"/>, or the interactions are
    /// together longer than an array can be.</exception>
    /// <exception cref="SarMemoryException">The memory budget has no room for both models.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SarModel Update(Interactions more, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(more);
        if (interactions is null)
            throw new InvalidOperationException(
                $"The model keeps nothing to update: fit it with {nameof(SarOptions)}.{nameof(SarOptions.Updatable)}. One made from a similarity has no counts.");
        CheckGrows(UserCount, more.UserCount, "users");
        CheckGrows(ItemCount, more.ItemCount, "items");
        Interactions all = interactions.Append(more);
        if (Options.MemoryBudget is not null)
            PlanFor(all, Options, threads).CheckFit(
                Options.MemoryBudget, Options, !all.Baskets.IsEmpty, PlanOfModel(threads).Held(Options, HasBaskets) + more.Bytes);
        return new SarModel(all, Options, this, threads, cancellation);

        static void CheckGrows(int before, int now, string noun)
        {
            if (now < before)
                throw new ArgumentException(
                    $"The new interactions are of {now} {noun}, the model of {before}: name at least as many, as new {noun} come after the known ones.",
                    nameof(more));
        }
    }

    /// <summary>
    /// How many users (or baskets) have both items; of an item with itself, how many have it. The raw count, before
    /// <see cref="SarOptions.MinSupport"/>. O(log items) where <see cref="SarOptions.Updatable"/> keeps the counts, else O(users of both).
    /// </summary>
    /// <param name="item">Item index.</param>
    /// <param name="other">Item index; the order of the two makes no difference.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    /// <exception cref="InvalidOperationException">The model was made from a similarity, which has no counts.</exception>
    public int CoOccurrence(int item, int other)
    {
        CheckItem(item);
        CheckItem(other);
        if (index is null)
            throw new InvalidOperationException("A model made from a similarity has no counts. Fit one to ask for them.");
        int label = index.Labels.Labels[item], otherLabel = index.Labels.Labels[other];
        if (label < 0 || otherLabel < 0)
            return 0;
        return counts is not null && counts.TryGet(index, label, otherLabel, out int count) ? count : index.CountBoth(label, otherLabel);
    }

    /// <summary>The counts of a model of these interactions and more: this model's, grown, or if they are gone all counted.</summary>
    private KeptCounts CountsFor(SarModel next, int threads, CancellationToken cancellation)
    {
        int[]? rowsBefore = Options.CoOccurrenceUnit == CoOccurrenceUnit.User ? null : BasketBuilder.RowsBefore(basketKeys, next.basketKeys);
        return counts!.TryMove(index!, units, next.index!, next.units, rowsBefore, threads)
            ? counts : KeptCounts.Count(next.index!, threads, cancellation);
    }
}
