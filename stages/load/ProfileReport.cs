using System.Globalization;
using Microsoft.Extensions.Logging;
using Pipeline.Hosting;

namespace Pipeline.Load;

/// <summary>Shows a profile: two tables for people, which are two records of the log for programs, and the verdict.</summary>
internal static class ProfileReport
{
    /// <summary>Reasons and events shown at most; all are in the file.</summary>
    private const int MaxRows = 8;

    /// <summary>Shows it all.</summary>
    public static void Write(Profile profile, StageContext stage)
    {
        ShowFigures(profile, stage);
        ShowActivity(profile, stage);
        LogLevel level = profile.Verdict == Verdict.Enough ? LogLevel.Information : LogLevel.Warning;
        stage.Log.Log(level, "{message}", Verdicts.Explain(profile.Verdict, profile.Interactions, profile.UsersWithTwoPurchases));
    }

    private static void ShowFigures(Profile profile, StageContext stage)
    {
        ConsoleTable table = new ConsoleTable().Words("profile").Numbers("count").Numbers("share");
        var values = new List<KeyValuePair<string, object?>>();
        Add("lines", "lines", profile.Lines, 0);
        Add("  kept", "interactions", profile.Interactions, profile.Lines);
        AddTop(profile.Excluded, "", profile.Lines);
        AddTop(profile.Rejected, "rejected_", profile.Lines);
        Add("users", "users", profile.Users, 0);
        Add("  with two purchases", "users_with_two_purchases", profile.UsersWithTwoPurchases, profile.Users);
        Add("items", "items", profile.Items, 0);
        Add("interactions", null, profile.Interactions, 0);
        AddTop(profile.Events, "event_", profile.Interactions);
        table.Row("  repeats of user and item", "", Percentage.ToText(profile.RepeatShare));
        table.Row("revenue", profile.Revenue.ToString("N2", CultureInfo.InvariantCulture), "");
        table.Row("first day", Day(profile.From), "");
        table.Row("last day", Day(profile.To), "");
        table.Row("verdict", Verdicts.Name(profile.Verdict), "");
        values.AddRange(
        [
            new("verdict", Verdicts.Name(profile.Verdict)), new("repeat_share", profile.RepeatShare), new("revenue", profile.Revenue), new("from", profile.From.ToString("O", CultureInfo.InvariantCulture)),
            new("to", profile.To.ToString("O", CultureInfo.InvariantCulture)),
        ]);
        stage.Show(
            $"profile: {profile.Interactions:N0} interactions of {profile.Users:N0} users with {profile.Items:N0} items, {Day(profile.From)} to {Day(profile.To)}",
            table, values);

        void AddTop(IReadOnlyDictionary<string, long> counts, string prefix, long of)
        {
            // The most frequent first; equal ones in the order of their names.
            foreach ((string name, long count) in counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(MaxRows))
                Add("  " + (prefix == "rejected_" ? "rejected: " : "") + name.Replace('_', ' '), prefix + name, count, of);
            if (counts.Count > MaxRows)
                table.Row($"  and {counts.Count - MaxRows:N0} more", "", "");
        }

        void Add(string title, string? name, long count, long of)
        {
            table.Row(title, count.ToString("N0", CultureInfo.InvariantCulture), of == 0 ? "" : Percentage.ToText(count / (double)of));
            if (name is not null)
                values.Add(new(name, count));
        }
    }

    private static void ShowActivity(Profile profile, StageContext stage)
    {
        ConsoleTable table = new ConsoleTable().Words("interactions of").Numbers("median").Numbers("90%").Numbers("99%").Numbers("maximum");
        var values = new List<KeyValuePair<string, object?>>();
        Add("a user", "user", profile.UserActivity);
        Add("an item", "item", profile.ItemActivity);
        stage.Show($"activity: {profile.UserActivity.Median:N0} interactions of a user, {profile.ItemActivity.Median:N0} of an item (medians)", table, values);

        void Add(string title, string name, Activity activity)
        {
            (string Name, long Count)[] figures = [("median", activity.Median), ("p90", activity.P90), ("p99", activity.P99), ("max", activity.Max)];
            table.Row([title, .. figures.Select(f => f.Count.ToString("N0", CultureInfo.InvariantCulture))]);
            values.AddRange(figures.Select(f => new KeyValuePair<string, object?>($"{name}_{f.Name}", f.Count)));
        }
    }

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
