namespace Pipeline.Storage.Tests;

public sealed class ObjectStoreTests(Place place) : StoreTests(place)
{
    [Test]
    public async Task Object_is_read_as_it_was_written_and_replaced_as_a_whole()
    {
        await Store.WriteAsync("01-loaded/a/b.json", Bytes("long content"), default);
        await Store.WriteAsync("01-loaded/a/b.json", Bytes("short"), default);

        Assert.That(await Store.ReadAsync("01-loaded/a/b.json", default), Is.EqualTo(Bytes("short")));
        Assert.That(FilesIn("run"), Is.EqualTo(new[] { "01-loaded/a/b.json" }), "nothing stays beside it");
    }

    [Test]
    public async Task Object_that_is_not_there_reads_as_null()
    {
        Assert.That(await Store.ReadAsync("x.json", default), Is.Null, "no root");
        Put("run/y.json", "");
        Assert.That(await Store.ReadAsync("x.json", default), Is.Null, "no object");
        Assert.That(await Store.ReadAsync("a/x.json", default), Is.Null, "no folder");
    }

    [Test]
    public async Task Object_that_is_not_there_can_be_deleted_but_not_got()
    {
        await Store.DeleteAsync("a/x.json", default);

        StorageException e = await FailsAsync(async () => await Store.GetAsync("a/x.json", default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.NotFound));
        Assert.That(e.Message, Is.EqualTo($"'{At("run/a/x.json")}' does not exist."));
    }

    [Test]
    public async Task Listing_finds_what_lies_below_a_prefix_at_any_depth()
    {
        await Store.WriteAsync("01/a", Bytes("1"), default);
        await Store.WriteAsync("01/b/c/d", Bytes("2"), default);
        await Store.WriteAsync("011/e", Bytes("3"), default);

        Assert.That(await Store.ListAsync("01/", default), Is.EquivalentTo(new[] { "01/a", "01/b/c/d" }));
        Assert.That(await Store.ListAsync("02/", default), Is.Empty);
    }

    [Test]
    public async Task Object_appears_only_when_it_is_committed()
    {
        await using PendingObject pending = await Store.CreateAsync("01/a", default);
        await File.WriteAllTextAsync(pending.Path, "whole");
        Assert.That(await Store.ReadAsync("01/a", default), Is.Null);

        await pending.CommitAsync(default);

        Assert.That(await Store.ReadAsync("01/a", default), Is.EqualTo(Bytes("whole")));
    }

    [Test]
    public async Task Object_that_is_not_committed_leaves_nothing_and_what_was_there_stays()
    {
        await Store.WriteAsync("01/a", Bytes("before"), default);
        await using (PendingObject pending = await Store.CreateAsync("01/a", default))
            await File.WriteAllTextAsync(pending.Path, "half");

        Assert.That(await Store.ReadAsync("01/a", default), Is.EqualTo(Bytes("before")));
        Assert.That(FilesIn("run"), Is.EqualTo(new[] { "01/a" }));
    }

    [Test]
    public async Task Commit_does_not_happen_after_a_cancellation()
    {
        await using PendingObject pending = await Store.CreateAsync("01/a", default);
        await File.WriteAllTextAsync(pending.Path, "whole");

        Assert.That(async () => await pending.CommitAsync(new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(await Store.ReadAsync("01/a", default), Is.Null);
    }

    [TestCase("../outside")]
    [TestCase("01/../../outside")]
    [TestCase("/etc/passwd")]
    public void Key_that_leaves_the_root_is_refused_by_every_operation(string key)
    {
        Assert.Multiple(() =>
        {
            Assert.That(async () => await Store.ReadAsync(key, default), Throws.ArgumentException);
            Assert.That(async () => await Store.WriteAsync(key, Bytes("x"), default), Throws.ArgumentException);
            Assert.That(async () => await Store.GetAsync(key, default), Throws.ArgumentException);
            Assert.That(async () => await Store.CreateAsync(key, default), Throws.ArgumentException);
            Assert.That(async () => await Store.ListAsync(key, default), Throws.ArgumentException);
            Assert.That(async () => await Store.DeleteAsync(key, default), Throws.ArgumentException);
            Assert.That(async () => await Store.TryAcquireLeaseAsync(key, default), Throws.ArgumentException.With.Message.Contains(key));
        });
        Assert.That(FilesIn("outside"), Is.Empty);
    }

    [Test]
    public async Task Name_with_dots_that_is_no_way_up_is_a_key()
    {
        await Store.WriteAsync("01/..hidden..", Bytes("x"), default);

        Assert.That(await Store.ReadAsync("01/..hidden..", default), Is.EqualTo(Bytes("x")));
    }

    [Test]
    public async Task Object_is_written_only_where_there_is_none()
    {
        Assert.That(await Store.TryWriteNewAsync("01/a", Bytes("first"), default), Is.True);
        Assert.That(await Store.TryWriteNewAsync("01/a", Bytes("second"), default), Is.False);
        Assert.That(await Store.TryWriteNewAsync("01/a", Bytes("first"), default), Is.True, "it is there");

        Assert.That(await Store.ReadAsync("01/a", default), Is.EqualTo(Bytes("first")));
        Assert.That(FilesIn("run"), Is.EqualTo(new[] { "01/a" }));
    }

    [Test]
    public async Task Local_copy_holds_the_content_and_its_disposal_leaves_the_object()
    {
        Put("run/01/a", "content");

        using (LocalCopy copy = await Store.GetAsync("01/a", default))
            Assert.That(await File.ReadAllTextAsync(copy.Path), Is.EqualTo("content"));

        Assert.That(await Store.ReadAsync("01/a", default), Is.EqualTo(Bytes("content")));
    }

    [Test]
    public async Task Empty_object_is_an_object()
    {
        await Store.WriteAsync("01/a", Bytes(""), default);
        await using (PendingObject pending = await Store.CreateAsync("01/b", default))
        {
            await File.WriteAllTextAsync(pending.Path, "");
            await pending.CommitAsync(default);
        }

        Assert.That(await Store.ReadAsync("01/a", default), Is.Empty);
        using LocalCopy copy = await Store.GetAsync("01/b", default);
        Assert.That(new FileInfo(copy.Path).Length, Is.Zero);
    }

    [Test]
    public async Task Working_file_is_what_is_there_and_its_changes_stay_when_they_are_saved()
    {
        await Store.WriteAsync("data.db", Bytes("one"), default);
        using (WorkingFile file = await Store.OpenAsync("data.db", default))
        {
            await File.AppendAllTextAsync(file.Path, " two");
            await file.SaveAsync(default);
        }

        Assert.That(await Store.ReadAsync("data.db", default), Is.EqualTo(Bytes("one two")));
        using WorkingFile missing = await Store.OpenAsync("none.db", default);
        Assert.That(File.Exists(missing.Path), Is.False);
    }

    /// <summary>Names that a URL, XML or a pattern would read as something else.</summary>
    [TestCase("01/with blank")]
    [TestCase("01/a+b%20c")]
    [TestCase("01/käse-日本")]
    [TestCase("01/a&b='c'")]
    [TestCase("01/[a]{b}*")]
    public async Task Name_with_any_characters_is_a_key(string key)
    {
        await Store.WriteAsync(key, Bytes("x"), default);

        Assert.That(await Store.ListAsync("01/", default), Is.EqualTo(new[] { key }));
        using (LocalCopy copy = await Store.GetAsync(key, default))
            Assert.That(await File.ReadAllTextAsync(copy.Path), Is.EqualTo("x"));
        await Store.DeleteAsync(key, default);
        Assert.That(FilesIn("run"), Is.Empty);
    }
}
