using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>
/// What the models say to customers. A function of the models and of the range of customers alone, so that ranges can be worked off one after the
/// other, or by several machines, and give the same.
/// </summary>
/// <param name="models">The models.</param>
/// <param name="plan">What holds for all lists.</param>
/// <param name="options">What to ask of them.</param>
/// <param name="minGroup">Fewest customers who must have two products for one to be named as the reason for the other.</param>
internal sealed class Scorer(ModelSet models, ListPlan plan, RecommendOptions options, int minGroup)
{
    private readonly PersonalLists personal = new(plan, options);

    /// <summary>
    /// For each customer of a range what the model of the own group says, and where that is not enough or there is none what the model of all says. A
    /// product may be said by both.
    /// </summary>
    /// <param name="start">The first customer.</param>
    /// <param name="end">The customer behind the last.</param>
    /// <param name="progress">Told how many customers are done.</param>
    /// <param name="threads">Threads to use; speed only.</param>
    /// <param name="cancellation">Stops the work.</param>
    public Candidate[][] Score(int start, int end, IProgress<int>? progress, int threads, CancellationToken cancellation)
    {
        var said = new Candidate[end - start][];
        Array.Fill(said, []);
        foreach (GroupModel group in models.Groups)
        {
            int first = FirstFrom(group.Users, start), last = FirstFrom(group.Users, end);
            int[] asked = [.. Enumerable.Range(first, last - first)];
            Ask(group.Sar, asked, ListSource.SarSegment, n => group.Users[n]);
        }
        int[] wanting = [.. Enumerable.Range(start, end - start).Where(user => said[user - start].Length < plan.PoolSize)];
        Ask(models.All, wanting, ListSource.Sar, user => user);
        return said;

        void Ask(SarModel model, int[] asked, ListSource source, Func<int, int> customerOf)
        {
            RecommendationLists lists = personal.Find(model, asked, customerOf, progress, threads, cancellation);
            int[] because = model.Because(lists, threads, minGroup, cancellation);
            for (int list = 0; list < lists.Count; list++)
            {
                int from = (int)lists.Starts[list], to = (int)lists.Starts[list + 1], before = said[customerOf(asked[list]) - start].Length;
                ref Candidate[] of = ref said[customerOf(asked[list]) - start];
                Array.Resize(ref of, before + to - from);
                for (int at = from; at < to; at++)
                    of[before + at - from] = new Candidate(lists.Items[at], lists.Scores[at], source, because[at]);
            }
        }
    }

    /// <summary>Position of the first customer from a given one on.</summary>
    private static int FirstFrom(int[] users, int user) => Array.BinarySearch(users, user) is var at && at < 0 ? ~at : at;
}
