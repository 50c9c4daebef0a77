using System.Diagnostics;
using System.Text;

namespace Pipeline.Storage.S3;

/// <summary>
/// A lease as an object that its holder writes again every few seconds. Whoever else wants it watches it: written again it is held, untouched for as
/// long as it lasts it was left behind by a process that died. Only versions are compared, never the clocks of two machines. Taken, renewed and taken
/// over by conditional puts, so that of several one succeeds.
/// </summary>
internal sealed class S3Lease : ILease
{
    private readonly S3Objects objects;
    private readonly string key;
    private readonly string owner;
    private readonly CancellationTokenSource ending = new();
    private readonly Task renewing;
    private string etag;
    private long renewed;
    private volatile bool isLost;

    private S3Lease(S3Objects objects, string key, string owner, string etag, long taken)
    {
        this.objects = objects;
        this.key = key;
        this.owner = owner;
        this.etag = etag;
        renewed = taken;
        renewing = Task.Run(RenewAsync);
    }

    /// <summary>A little less than others wait before they take it over.</summary>
    public bool IsHeld => !isLost && Stopwatch.GetElapsedTime(Interlocked.Read(ref renewed)) < objects.Settings.LeaseDuration * 0.9;

    /// <summary>Takes the lease; waits for one that seems left behind.</summary>
    /// <returns>Null when another holds it.</returns>
    public static async Task<S3Lease?> TryTakeAsync(S3Objects objects, string key, CancellationToken cancellation)
    {
        string owner = Guid.NewGuid().ToString("N");
        while (true)
        {
            long started = Stopwatch.GetTimestamp();
            if (await objects.WriteNewAsync(key, Content(owner, 0), cancellation).ConfigureAwait(false) is { } etag)
                return new S3Lease(objects, key, owner, etag, started);
            S3Head? other = await objects.HeadAsync(key, cancellation).ConfigureAwait(false);
            if (other is null)
                continue;
            S3Head? later = await WatchAsync(objects, key, other, cancellation).ConfigureAwait(false);
            if (later is null)
                continue;
            started = Stopwatch.GetTimestamp();
            return later.ETag == other.ETag && await objects.ReplaceAsync(key, Content(owner, 0), other.ETag, cancellation).ConfigureAwait(false) is { } taken
                ? new S3Lease(objects, key, owner, taken, started)
                : null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (ending.IsCancellationRequested)
            return;
        await ending.CancelAsync().ConfigureAwait(false);
        await renewing.ConfigureAwait(false);
        try
        {
            if (IsHeld)
                await objects.DeleteAsync(key, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // Then it ends by itself; what was done under it is done.
        }
        isLost = true;
        ending.Dispose();
    }

    /// <summary>Looks at a lease until it changes or has lasted too long.</summary>
    /// <returns>What it is then; null where it was given back.</returns>
    private static async Task<S3Head?> WatchAsync(S3Objects objects, string key, S3Head seen, CancellationToken cancellation)
    {
        S3Head? now = seen;
        for (long start = Stopwatch.GetTimestamp(); now?.ETag == seen.ETag && Stopwatch.GetElapsedTime(start) < objects.Settings.LeaseDuration;)
        {
            await Task.Delay(objects.Settings.RenewEvery / 4, cancellation).ConfigureAwait(false);
            now = await objects.HeadAsync(key, cancellation).ConfigureAwait(false);
        }
        return now;
    }

    /// <summary>No two versions are alike, so that each has an ETag of its own.</summary>
    private static byte[] Content(string owner, long renewal) => Encoding.UTF8.GetBytes($"{{\"owner\": \"{owner}\", \"renewal\": {renewal}}}");

    private async Task RenewAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(objects.Settings.RenewEvery);
            for (long renewal = 1; await timer.WaitForNextTickAsync(ending.Token).ConfigureAwait(false); renewal++)
                await RenewAsync(renewal).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Given back.
        }
    }

    private async Task RenewAsync(long renewal)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            if (isLost)
                return;
            string? next = await objects.ReplaceAsync(key, Content(owner, renewal), etag, ending.Token).ConfigureAwait(false);
            isLost = next is null;
            etag = next ?? etag;
            if (next is not null)
                Interlocked.Exchange(ref renewed, started);
        }
        catch (StorageException)
        {
            // The next attempt may get through; if none does in time, the lease is no longer held, and nothing more is written.
        }
    }
}
