using Pipeline.Testing;

namespace Pipeline.Storage.Tests;

/// <summary>A lease that must be renewed, on a network that may keep it from being so.</summary>
public sealed class S3LeaseTests : S3Tests
{
    [Test]
    public async Task Lease_is_renewed_for_as_long_as_it_is_held()
    {
        await using ILease? lease = await Store.TryAcquireLeaseAsync("01", default);

        await Task.Delay(Aws.Settings.LeaseDuration + TimeSpan.FromSeconds(1));

        Assert.That(lease!.IsHeld);
        Assert.That(await Store.TryAcquireLeaseAsync("01", default), Is.Null);
    }

    [Test]
    public async Task Lease_whose_answers_get_lost_is_held_all_the_same()
    {
        Proxy.Fail(new Fault.LoseAnswer(), r => r.Method == "PUT", times: 2);
        await using ILease? lease = await Store.TryAcquireLeaseAsync("01", default);
        await Task.Delay(Aws.Settings.RenewEvery * 3);

        Assert.That(lease!.IsHeld);
        Assert.That(Of("PUT").Length, Is.GreaterThan(3));
    }

    [Test]
    public async Task Lease_that_cannot_be_renewed_in_time_is_lost_and_nothing_more_is_written()
    {
        var run = new RunFolder(Store);
        await using StageOutput output = (await run.TryBeginStageAsync("01-loaded", default))!;
        Bucket.Put("run/01-loaded/another.json", Content(10));
        Proxy.Fail(new Fault.Answer(503, "SlowDown"), r => r.Target.EndsWith(".lease", StringComparison.Ordinal) || r.Target.Contains(".lease?", StringComparison.Ordinal), int.MaxValue);
        await Task.Delay(Aws.Settings.LeaseDuration);

        StorageException clearing = await FailsAsync(() => output.ClearAsync(default));
        StorageException committing = await FailsAsync(() => output.CommitAsync(Frame(), default));

        Assert.That(clearing.Fault, Is.EqualTo(StorageFault.Unavailable));
        Assert.That(clearing.Message, Does.StartWith($"The lease of '{Bucket["run/01-loaded"]}' was lost"));
        Assert.That(committing.Message, Is.EqualTo(clearing.Message));
        Assert.That(Bucket.Keys("run/01-loaded/"), Is.EqualTo(new[] { "run/01-loaded/.lease", "run/01-loaded/another.json" }));
    }

    [Test]
    public async Task Lease_that_another_took_is_lost_and_not_given_back()
    {
        ILease lease = (await Store.TryAcquireLeaseAsync("01", default))!;
        Bucket.Put("run/01/.lease", Content(10));
        await Task.Delay(Aws.Settings.RenewEvery * 2);

        Assert.That(lease.IsHeld, Is.False);
        await lease.DisposeAsync();
        Assert.That(Bucket.Get("run/01/.lease"), Is.EqualTo(Content(10)));
    }

    /// <summary>Two that both believe to be alone: the one that was paused finds the other's manifest and leaves it.</summary>
    [Test]
    public async Task Manifest_of_another_is_not_replaced()
    {
        await using StageOutput output = (await new RunFolder(Store).TryBeginStageAsync("01-loaded", default))!;
        Bucket.Put("run/01-loaded/_manifest.json", Content(10));

        StorageException e = await FailsAsync(() => output.CommitAsync(Frame(), default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.Unavailable));
        Assert.That(Bucket.Get("run/01-loaded/_manifest.json"), Is.EqualTo(Content(10)));
    }

    [Test]
    public async Task Of_many_that_find_a_lease_left_behind_one_takes_it_over()
    {
        Bucket.Put("run/01/.lease", Content(10));
        Proxy.IsOneAtATime = true;

        ILease?[] leases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Store.TryAcquireLeaseAsync("01", default).AsTask()));

        Assert.That(leases.Count(lease => lease is not null), Is.EqualTo(1));
        foreach (ILease? lease in leases)
            await (lease?.DisposeAsync() ?? ValueTask.CompletedTask);
        Assert.That(Bucket.Keys(), Is.Empty);
    }

    [Test]
    public async Task Of_many_that_write_the_same_new_object_one_succeeds()
    {
        Proxy.IsOneAtATime = true;

        bool[] written = await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Store.TryWriteNewAsync("a", Content(n + 1), default).AsTask()));

        Assert.That(written.Count(w => w), Is.EqualTo(1));
        Assert.That(Bucket.Get("run/a"), Is.EqualTo(Content(Array.IndexOf(written, true) + 1)));
    }

    private static Manifest Frame() => new()
    {
        Stage = "load",
        Fingerprint = "f00d",
        Code = "0.1.0",
        Options = [],
        Inputs = [],
        Files = [],
        Counters = new Dictionary<string, long>(),
    };
}
