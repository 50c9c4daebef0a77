namespace Pipeline.Storage.Tests;

public sealed class LeaseTests(Place place) : StoreTests(place)
{
    [Test]
    public async Task Lease_is_refused_while_the_same_process_holds_it()
    {
        await using StageOutput? first = await Run.TryBeginStageAsync("01-loaded", default);

        Assert.That(first, Is.Not.Null);
        Assert.That(await Run.TryBeginStageAsync("01-loaded", default), Is.Null);
        Assert.That(await Open("run").TryBeginStageAsync("01-loaded", default), Is.Null, "another store of the same folder");
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
}
