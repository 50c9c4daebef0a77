using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Cli.Report;

/// <summary>What the stages took, and what they were made from.</summary>
internal static class StagesSections
{
    /// <summary>Times and memory.</summary>
    public static Section OfTimes(IReadOnlyDictionary<string, StageTime> times)
    {
        if (times.Count == 0)
            return new Section("speed", "Time and memory", Html.Of($"<p>Not known: <code>pipeline run</code> notes them in <code>{RunTimes.FileName}</code>; these stages were started in another way.</p>"));
        var table = new DataTable("Time and memory of the stages", "stage", "#seconds", "#rows in, by second", "#peak memory, MB");
        foreach ((string stage, StageTime time) in times)
            table.Row(stage, Words.Number(time.Seconds, "0.0"), Words.Count(time.RowsPerSecond), Words.Count(time.PeakMb));
        string[] stages = [.. times.Keys];
        return new Section("speed", "Time and memory", Html.Of(
            $"""
            <div class="pair">{new Chart(ChartKind.Bars, "Seconds by stage", stages, new ChartSeries("seconds", [.. times.Values.Select(t => (double?)t.Seconds)])).ToHtml(
                $"{Words.Seconds(times.Values.Sum(t => t.Seconds))} in all, each stage when it last worked.", table)}
            {new Chart(ChartKind.Bars, "Most memory by stage", stages, new ChartSeries("MB", [.. times.Values.Select(t => (double?)t.PeakMb)])).ToHtml("The process's largest working set, in MB.", table)}</div>
            """));
    }

    /// <summary>Inputs, options, files and fingerprints.</summary>
    public static Section OfInputs(RunSource run)
    {
        var table = new DataTable("Inputs and fingerprints", "stage", "code", "fingerprint", "made from");
        foreach (Manifest manifest in Stages.All.Select(run.Manifest).OfType<Manifest>())
        {
            table.Row(
            [
                Html.Of($"{manifest.Stage}"), Html.Of($"<code>{manifest.Code}</code>"), Html.Of($"<code title=\"{manifest.Fingerprint}\">{Short(manifest.Fingerprint)}</code>"),
                Html.Join(manifest.Inputs.Select(input => Html.Of($"{input.Key} <code title=\"{input.Value}\">{Short(input.Value)}</code><br>"))),
            ]);
        }
        return new Section("inputs", "Inputs and fingerprints", Html.Of(
            $"""
            <p>Equal fingerprints mean equal inputs, options and code, and so equal outputs. Hashes are SHA-256; the whole of each is in the stage's <code>{Manifest.FileName}</code>.</p>
            {table.ToHtml()}{Stages.All.Select(run.Manifest).OfType<Manifest>().Select(Details)}
            """));
    }

    private static Html Details(Manifest manifest)
    {
        var options = new DataTable($"Options of {manifest.Stage}", "option", "value");
        foreach ((string name, string value) in manifest.Options)
            options.Row([Html.Of($"<code>--{name}</code>"), Html.Of($"{value}")]);
        var files = new DataTable($"Files of {manifest.Stage}", "file", "#rows", "#size");
        foreach (ManifestFile file in manifest.Files)
            files.Row(file.Path, file.Rows is { } rows ? Words.Count(rows) : "", Words.Bytes(file.Bytes));
        return Html.Of($"<details><summary>Options and files of {manifest.Stage}</summary>{options.ToHtml()}{files.ToHtml()}</details>\n");
    }

    /// <summary>Hashes in the form that still tells them apart.</summary>
    private static string Short(string hash) => hash.Length == 64 ? hash[..12] : hash;
}
