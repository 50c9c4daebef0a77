namespace Pipeline.Storage.Tests;

public sealed class LeaseTests : StoreTests
{
    [Test]
    public async Task Lease_is_refused_while_the_same_process_holds_it()
    {
        await using StageOutput? first = await Run.TryBeginStageAsync("01-loaded", default);

        Assert.That(first, Is.Not.Null);
        Assert.That(await Run.TryBeginStageAsync("01-loaded", default), Is.Null);
        Assert.That(await RunFolder.Open(At("run")).TryBeginStageAsync("01-loaded", default), Is.Null, "another store of the same folder");
    }

    [Test]
    public async Task Lease_is_refused_while_another_process_holds_it()
    {
        using LeaseHolder holder = LeaseHolder.Start(At("run"), "01-loaded");

        Assert.That(holder.HasLease);
        Assert.That(await Run.TryBeginStageAsync("01-loaded", default), Is.Null);
    }

    [Test]
    public async Task Lease_held_here_is_refused_to_another_process()
    {
        await using StageOutput? held = await Run.TryBeginStageAsync("01-loaded", default);

        using LeaseHolder other = LeaseHolder.Start(At("run"), "01-loaded");

        Assert.That(held, Is.Not.Null);
        Assert.That(other.HasLease, Is.False);
    }

    [Test]
    public async Task Lease_is_free_after_disposal()
    {
        await (await Run.TryBeginStageAsync("01-loaded", default))!.DisposeAsync();

        await using StageOutput? again = await Run.TryBeginStageAsync("01-loaded", default);

        Assert.That(again, Is.Not.Null);
    }

    [Test]
    public async Task Lease_is_free_after_its_holder_was_killed()
    {
        using LeaseHolder holder = LeaseHolder.Start(At("run"), "01-loaded");
        Assert.That(holder.HasLease);

        holder.Kill();

        await using StageOutput? again = await Run.TryBeginStageAsync("01-loaded", default);
        Assert.That(again, Is.Not.Null);
    }

    [Test]
    public async Task Leases_of_different_folders_do_not_meet()
    {
        await using StageOutput? load = await Run.TryBeginStageAsync("01-loaded", default);
        await using StageOutput? train = await Run.TryBeginStageAsync("03-recommended", default);

        Assert.That(load, Is.Not.Null);
        Assert.That(train, Is.Not.Null);
    }

    [Test]
    public async Task Lease_is_no_object_and_stays_when_the_folder_is_cleared()
    {
        await using StageOutput? output = await Run.TryBeginStageAsync("01-loaded", default);

        await output!.ClearAsync(default);

        Assert.That(await Store.ListAsync("01-loaded/", default), Is.Empty);
        Assert.That(await Run.TryBeginStageAsync("01-loaded", default), Is.Null, "the lease outlives the clearing");
    }

    /// <summary>Else a flow would wait for a process that is not there.</summary>
    [Test]
    public async Task Lease_that_cannot_be_taken_for_another_reason_is_an_error_and_not_a_refusal()
    {
        // A link that leads to itself can be opened by nobody.
        Directory.CreateDirectory(At("run/01-loaded"));
        File.CreateSymbolicLink(At("run/01-loaded/.lease"), At("run/01-loaded/.lease"));

        StorageException e = await FailsAsync(() => Run.TryBeginStageAsync("01-loaded", default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.NotUsable));
        Assert.That(e.Message, Does.Contain(At("run/01-loaded")));
    }

    [Test]
    public async Task Lease_on_a_read_only_place_is_an_error_and_not_a_refusal()
    {
        if (!Directory.Exists("/proc/self"))
            Assert.Ignore("There is no /proc here, whose files cannot be made whoever asks.");

        StorageException e = await FailsAsync(() => RunFolder.Open("/proc/self").TryBeginStageAsync("fd", default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.NotUsable).Or.EqualTo(StorageFault.NotFound));
        Assert.That(e.Message, Does.Contain("/proc/self"));
    }
}
