using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipeline.Hosting;

/// <summary>The rows and the time left beside a bar, the same in a stage and in the tool that runs them all.</summary>
public sealed class StepColumn : ProgressColumn
{
    private const string Rows = "rows", SecondsLeft = "seconds_left";

    /// <summary>Gives a bar the figures to show.</summary>
    /// <param name="task">The bar.</param>
    /// <param name="rows">Rows done; 0 shows none.</param>
    /// <param name="secondsLeft">Seconds left; null shows none.</param>
    public static void Update(ProgressTask task, long rows, double? secondsLeft)
    {
        ArgumentNullException.ThrowIfNull(task);
        task.State.Update<long>(Rows, _ => rows);
        task.State.Update<double>(SecondsLeft, _ => secondsLeft ?? 0);
    }

    /// <summary>Shows them.</summary>
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new Text(ToText(task.State.Get<long>(Rows), task.State.Get<double>(SecondsLeft), task.IsFinished));
    }

    /// <summary>A bar may get shorter, the figures may not break.</summary>
    protected override bool NoWrap => true;

    internal static string ToText(long rows, double secondsLeft, bool isFinished)
    {
        string shown = rows > 0 ? $"{rows:N0} rows" : "";
        if (isFinished || secondsLeft <= 0)
            return shown;
        TimeSpan left = TimeSpan.FromSeconds(Math.Ceiling(secondsLeft));
        string clock = left.TotalHours >= 1 ? $"{(int)left.TotalHours}:{left:mm\\:ss}" : $"{left:m\\:ss}";
        return shown.Length > 0 ? $"{shown}, {clock} left" : $"{clock} left";
    }
}
