using Pipeline.Models;

namespace Pipeline.Evaluation;

/// <summary>A trial that was made.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Values">Value of each parameter.</param>
/// <param name="Objective">How good it was; null where that was not defined.</param>
public sealed record SearchTrial(int Number, IReadOnlyList<string> Values, double? Objective);

/// <summary>
/// Which parameters to try next. The first trial is the one given (the defaults); the others of the first half are random over the whole space (Bergstra and
/// Bengio 2012); those of the second half lie around the best so far, nearer from round to round. A round depends on the rounds before it
/// as a whole, and its trials not on each other: so they can be made at the same time, and a search that was stopped goes on as it would have.
/// </summary>
/// <param name="parameters">What is tuned.</param>
/// <param name="first">Values of the first trial; one outside the space is taken as it is.</param>
/// <param name="trials">Trials in all, 1 or more.</param>
/// <param name="seed">Seed of what is drawn.</param>
public sealed class Search(IReadOnlyList<SearchParameter> parameters, IReadOnlyList<string> first, int trials, long seed)
{
    /// <summary>Trials of a round around the best: the same whatever the number of threads.</summary>
    private const int TrialsPerRound = 4;

    private const double FirstRadius = 0.35, Shrinking = 0.75;

    /// <summary>Trials in all.</summary>
    public int Trials => trials;

    /// <summary>How many trials are random; the first is among them.</summary>
    public int RandomTrials => (trials + 1) / 2;

    /// <summary>The rounds: numbers of the trials that can be made at the same time.</summary>
    public IEnumerable<IReadOnlyList<int>> Rounds()
    {
        yield return [.. Enumerable.Range(0, RandomTrials)];
        for (int start = RandomTrials; start < trials; start += TrialsPerRound)
            yield return [.. Enumerable.Range(start, Math.Min(TrialsPerRound, trials - start))];
    }

    /// <summary>The values of a trial.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="made">At least all trials of the rounds before its own; others are passed over.</param>
    public IReadOnlyList<string> ValuesOf(int number, IEnumerable<SearchTrial> made)
    {
        if (number == 0)
            return first;
        var random = new SeededRandom(seed, number);
        if (number < RandomTrials)
            return [.. parameters.Select(p => p.ValueAt(random.NextDouble()))];
        int round = (number - RandomTrials) / TrialsPerRound, firstOfRound = RandomTrials + round * TrialsPerRound;
        double radius = FirstRadius * Math.Pow(Shrinking, round);
        IReadOnlyList<string> centre = Best(made.Where(t => t.Number < firstOfRound))?.Values ?? first;
        return [.. parameters.Select((p, n) => Near(p, centre[n], radius, ref random))];
    }

    /// <summary>The best trial, the first of equal ones; null where none has an objective.</summary>
    public static SearchTrial? Best(IEnumerable<SearchTrial> made) =>
        made.Where(t => t.Objective is not null).OrderByDescending(t => t.Objective).ThenBy(t => t.Number).FirstOrDefault();

    private static string Near(SearchParameter parameter, string centre, double radius, ref SeededRandom random)
    {
        double draw = random.NextDouble(), point = random.NextDouble();
        if (parameter.Choices.Count > 0)
            return draw < radius ? parameter.ValueAt(point) : centre;
        double at = parameter.PointOf(centre) + radius * (2 * point - 1);
        return parameter.ValueAt(Math.Clamp(at, 0, 1));
    }
}
