namespace Pipeline.Train.Tests;

/// <summary>Candidates offered as the fallback chain offers them.</summary>
internal static class Offers
{
    /// <summary>Offers candidates until they are used up or no more are wanted.</summary>
    public static void OfferAll(this ListComposer composer, IEnumerable<Candidate> candidates)
    {
        foreach (Candidate candidate in candidates.TakeWhile(_ => !composer.IsSatisfied))
            composer.Offer(candidate);
    }
}
