using System.Globalization;
using System.Text.Json;
using Pipeline.Hosting;

namespace Pipeline.Load;

/// <summary>How far the data have moved since an earlier run.</summary>
/// <param name="Measures">The figures side by side.</param>
internal sealed record Drift(IReadOnlyList<DriftMeasure> Measures)
{
    /// <summary>The file's name in the stage folder.</summary>
    public const string FileName = "drift.json";

    /// <summary>An event below this share on both days is not worth a line.</summary>
    private const decimal MinEventShare = 0.01m;

    /// <summary>Whether any figure moved further than it may.</summary>
    public bool IsBeyond => Measures.Any(m => m.IsBeyond);

    /// <summary>Sets two profiles side by side.</summary>
    public static Drift Between(Profile before, Profile now, DriftLimits limits) => new(
    [
        Count("rows", before.Interactions, now.Interactions, limits.Rows),
        Count("users", before.Users, now.Users, limits.Users),
        Count("items", before.Items, now.Items, limits.Items),
        // Fewer rejects than before are good news.
        Share("reject share", before.RejectShare, now.RejectShare, limits.Rejects, isFallFine: true),
        .. before.Events.Keys.Union(now.Events.Keys).Order(StringComparer.Ordinal)
            .Select(e => Share($"event {e}", ShareOf(before, e), ShareOf(now, e), limits.Events))
            .Where(m => (decimal)Math.Max(m.Before, m.Now) >= MinEventShare || m.IsBeyond),
    ]);

    /// <summary>The figures that moved further than they may, in words.</summary>
    public string Describe() => string.Join(", ", Measures.Where(m => m.IsBeyond).Select(m => $"{m.Name} {m.BeforeText} -> {m.NowText} ({m.ChangeText}, limit {m.LimitText})"));

    /// <summary>Shows the figures side by side: a table for people, a record of the log for programs.</summary>
    public void Write(string earlierRun, StageContext stage)
    {
        ConsoleTable table = new ConsoleTable().Words($"against {earlierRun}").Numbers("before").Numbers("now").Numbers("change").Numbers("limit").Words("");
        var values = new List<KeyValuePair<string, object?>>();
        foreach (DriftMeasure m in Measures)
        {
            table.Row(m.Name, m.BeforeText, m.NowText, m.ChangeText, m.LimitText, m.IsBeyond ? "beyond" : "ok");
            string name = m.Name.Replace(' ', '_');
            values.AddRange([new($"{name}_before", m.Before), new($"{name}_now", m.Now), new($"{name}_change", m.Change), new($"{name}_beyond", m.IsBeyond)]);
        }
        stage.Show($"drift: {Measures.Count(m => m.IsBeyond)} of {Measures.Count} figures moved beyond their limits", table, values);
    }

    /// <summary>The file's content.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, LoadJson.Default.Drift);

    private static decimal ShareOf(Profile profile, string happened) => profile.Events.GetValueOrDefault(happened) / (decimal)profile.Interactions;

    private static DriftMeasure Count(string name, long before, long now, decimal limit) =>
        new(name, IsShare: false, before, now, (double)((now - before) / (decimal)before), (double)limit, Math.Abs(now - before) > limit * before);

    private static DriftMeasure Share(string name, decimal before, decimal now, decimal limit, bool isFallFine = false) =>
        new(name, IsShare: true, (double)before, (double)now, (double)(now - before), (double)limit, (isFallFine ? now - before : Math.Abs(now - before)) > limit);
}

/// <summary>A figure then and now.</summary>
/// <param name="Name">What it is.</param>
/// <param name="IsShare">Whether it is a share, whose change is in points; else a count, whose change is relative.</param>
/// <param name="Before">In the earlier run.</param>
/// <param name="Now">In this one.</param>
/// <param name="Change">0.1 for a tenth more, or for ten points more of a share.</param>
/// <param name="Limit">How far it may move.</param>
/// <param name="IsBeyond">Whether it moved further.</param>
internal sealed record DriftMeasure(string Name, bool IsShare, double Before, double Now, double Change, double Limit, bool IsBeyond)
{
    internal string BeforeText => Text(Before);

    internal string NowText => Text(Now);

    internal string ChangeText => Percentage.ToSignedText(Change);

    internal string LimitText => Percentage.ToText((decimal)Limit);

    private string Text(double figure) => IsShare ? Percentage.ToText(figure) : figure.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>How far each figure may move from one run to the next, up or down: a tenth is 0.1.</summary>
/// <param name="Rows">Interactions, relative to before.</param>
/// <param name="Users">Customers, relative to before.</param>
/// <param name="Items">Products, relative to before.</param>
/// <param name="Rejects">The share of lines rejected, in points, upwards only.</param>
/// <param name="Events">The share of each event, in points.</param>
internal sealed record DriftLimits(decimal Rows, decimal Users, decimal Items, decimal Rejects, decimal Events)
{
    /// <summary>A shop's own ups and downs stay within; half an export does not.</summary>
    public static readonly DriftLimits Default = new(Rows: 0.3m, Users: 0.3m, Items: 0.3m, Rejects: 0.02m, Events: 0.1m);

    /// <summary>Reads the option.</summary>
    public static DriftLimits Parse(OptionReader options)
    {
        DriftLimits d = Default;
        (string Key, decimal Limit)[] defaults = [("rows", d.Rows), ("users", d.Users), ("items", d.Items), ("rejects", d.Rejects), ("events", d.Events)];
        IReadOnlyDictionary<string, string> given = options.Pairs(
            "max-drift",
            "How far each figure may move against --compare-with, up or down: rows, users and items relative to before, the share of rejects (upwards only) and of each event in points. Name only what differs.",
            [.. defaults.Select(l => l.Key)],
            string.Join(',', defaults.Select(l => $"{l.Key}={Percentage.ToText(l.Limit)}")));
        decimal[] limits = [.. defaults.Select(l => Limit(l.Key, l.Limit))];
        return new DriftLimits(limits[0], limits[1], limits[2], limits[3], limits[4]);

        decimal Limit(string key, decimal fallback)
        {
            if (!given.TryGetValue(key, out string? text))
                return fallback;
            if (!Percentage.TryParse(text, out decimal share))
                options.Mistake($"--max-drift gives {key} the limit '{text}': it {Percentage.Form}.");
            return share;
        }
    }
}
