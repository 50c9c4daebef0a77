using System.Text;
using Pipeline.Hosting;
using Pipeline.Sar;

namespace Pipeline.Cli.Audience;

/// <summary>Who should get a product: the customers whose score for it is highest, among those who have not had it.</summary>
internal static class AudienceRun
{
    /// <summary>Finds them in the model of all customers.</summary>
    /// <exception cref="StageException">There is no such product or category in the run.</exception>
    public static async Task<IReadOnlyList<Member>> FindAsync(AudienceRequest request, CancellationToken cancellation)
    {
        FinishedRun run = await FinishedRun.OpenAsync(request.Run, cancellation);
        bool[] wanted = Wanted(request, run);
        FittedModel fitted = await run.FitAsync(request.Threads, cancellation);
        SarModel model = fitted.Sar;

        // With all but the wanted products barred a list of one is the best of them that the customer has not had, with the score of the run.
        RecommendationLists lists = model.RecommendAll(new RecommendOptions { K = 1, Allowed = wanted }, null, request.Threads, cancellation);
        int[] because = model.Because(lists, request.Threads, fitted.MinGroup, cancellation);
        var members = new List<(int User, int At, double Score)>();
        for (int list = 0; list < lists.Count; list++)
        {
            if (lists.Starts[list] == lists.Starts[list + 1])
                continue;
            int at = (int)lists.Starts[list];
            double scale = fitted.ScoresAreMeans ? model.TotalAffinity(lists.Users[list]) : 1;
            members.Add((lists.Users[list], at, scale > 0 ? lists.Scores[at] / scale : 0));
        }
        return
        [
            .. members.OrderByDescending(member => member.Score).ThenBy(member => member.User).Take(request.K).Select(member => new Member(
                Text(run.Users[member.User]), Text(run.Items[lists.Items[member.At]]), member.Score,
                because[member.At] < 0 ? null : Text(run.Items[because[member.At]]), because[member.At] < 0 ? null : run.Names[because[member.At]])),
        ];
    }

    private static bool[] Wanted(AudienceRequest request, FinishedRun run)
    {
        var wanted = new bool[run.Items.Count];
        if (request.Item is { } item)
        {
            int index = run.Items.Find(Encoding.UTF8.GetBytes(item));
            if (index < 0)
                throw new StageException(ExitCode.Usage, $"No customer of '{request.Run}' has the product '{item}', so nothing speaks for it.", "Ids are compared exactly.");
            wanted[index] = true;
            return wanted;
        }
        for (int n = 0; n < wanted.Length; n++)
            wanted[n] = run.Categories[n] == request.Category;
        if (!wanted.Contains(true))
            throw new StageException(ExitCode.Usage, $"No customer of '{request.Run}' has a product of the category '{request.Category}', so nothing speaks for it.", "Names are compared exactly.");
        return wanted;
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}

/// <summary>What is asked.</summary>
/// <param name="Run">The run's folder.</param>
/// <param name="Item">The product; null where a category is asked for.</param>
/// <param name="Category">The category; null where a product is asked for.</param>
/// <param name="K">Most customers.</param>
/// <param name="Threads">Most threads; 0: one for each processor.</param>
internal sealed record AudienceRequest(string Run, string? Item, string? Category, int K, int Threads);

/// <summary>A customer who should get the product.</summary>
/// <param name="User">The customer.</param>
/// <param name="Item">The product: of a category, the best one for the customer.</param>
/// <param name="Score">Its score for the customer, on the scale of the run's lists.</param>
/// <param name="BecauseItem">The customer's own product that speaks most for it; null where no single one does.</param>
/// <param name="BecauseName">What that is called; null where nobody says.</param>
internal sealed record Member(string User, string Item, double Score, string? BecauseItem, string? BecauseName);
