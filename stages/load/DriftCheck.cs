using Microsoft.Extensions.Logging;
using Pipeline.Hosting;

namespace Pipeline.Load;

/// <summary>The gate that keeps a half-empty export out of tonight's mail.</summary>
internal static class DriftCheck
{
    /// <summary>The option that names the earlier run.</summary>
    public const string Option = "compare-with";

    /// <summary>Sets the data beside those of the earlier run, if one is named, and refuses what moved too far.</summary>
    /// <exception cref="StageException">
    /// <see cref="ExitCode.InputRefused"/>: it moved too far, and that was not accepted. <see cref="ExitCode.Usage"/>: the earlier run is of another version.
    /// </exception>
    public static async Task RunAsync(LoadOptions options, Profile now, StageContext stage, CancellationToken cancellation)
    {
        if (stage.Earlier(Option) is not { } content)
            return;
        Profile before = Profile.TryParse(content)
            ?? throw new StageException(
                ExitCode.Usage, $"--{Option} '{options.CompareWith}': its {Profile.FileName} is of another version.", "Run load there again with this version.");
        Drift drift = Drift.Between(before, now, options.MaxDrift);
        drift.Write(options.CompareWith!, stage);
        if (drift.IsBeyond && !options.AcceptDrift)
        {
            throw new StageException(
                ExitCode.InputRefused, $"'{options.Interactions.Text}' has drifted from '{options.CompareWith}': {drift.Describe()}.",
                "Check the export; if it is right, take it with --accept-drift.");
        }
        if (drift.IsBeyond)
            stage.Log.LogWarning("drift accepted: {drift}", drift.Describe());
        await stage.WriteFileAsync(Drift.FileName, drift.ToJson(), cancellation);
    }
}
