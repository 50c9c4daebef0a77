using Microsoft.Extensions.Logging;
using Pipeline.Hosting;

namespace Pipeline.Inject;

/// <summary>Another attempt after a failure that may pass, and only after such: an attempt starts from what the database holds then.</summary>
internal static class Retry
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5), LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Does the work until it succeeds, fails for good, or would be tried again too late.</summary>
    /// <exception cref="StageException">The last failure.</exception>
    public static async Task<T> RunAsync<T>(TimeSpan limit, ILogger log, Func<Task<T>> attempt, CancellationToken cancellation)
    {
        long started = Environment.TickCount64;
        for (TimeSpan pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            try
            {
                return await attempt();
            }
            catch (StageException e) when (e.IsTransient && Environment.TickCount64 - started + pause.TotalMilliseconds <= limit.TotalMilliseconds)
            {
                log.LogWarning("trying again in {seconds} s: {message}", pause.TotalSeconds, e.Message);
            }
            await Task.Delay(pause, cancellation);
        }
    }
}
