namespace Pipeline.Storage.Tests;

public sealed class LocalObjectStoreTests : StoreTests
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
        Directory.CreateDirectory(At("run"));
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
    public async Task Object_that_was_never_written_leaves_nothing_even_when_its_folder_is_gone()
    {
        await using (await Store.CreateAsync("01/a", default))
            Directory.Delete(At("run"), recursive: true);

        Assert.That(Directory.Exists(At("run")), Is.False);
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
        Assert.That(File.Exists(At("outside")), Is.False);
    }

    [Test]
    public async Task Name_with_dots_that_is_no_way_up_is_a_key()
    {
        await Store.WriteAsync("01/..hidden..", Bytes("x"), default);

        Assert.That(await Store.ReadAsync("01/..hidden..", default), Is.EqualTo(Bytes("x")));
    }

    [Test]
    public async Task Root_below_a_file_is_not_usable()
    {
        await File.WriteAllTextAsync(At("file"), "");
        var store = new LocalObjectStore(At("file/run"));

        StorageException e = await FailsAsync(async () => await store.WriteAsync("01/a", Bytes("x"), default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.NotUsable));
        Assert.That(e.Message, Is.EqualTo($"Cannot create the folder '{At("file/run/01")}': '{At("file")}' is a file."));
        Assert.That(await store.ReadAsync("01/a", default), Is.Null, "what cannot be is not there");
    }

    [Test]
    public async Task File_where_a_folder_is_needed_is_not_usable()
    {
        Directory.CreateDirectory(At("run"));
        await File.WriteAllTextAsync(At("run/01-loaded"), "");

        StorageException e = await FailsAsync(() => Run.TryBeginStageAsync("01-loaded", default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.NotUsable));
        Assert.That(e.Message, Is.EqualTo($"Cannot create the folder '{At("run/01-loaded")}': '{At("run/01-loaded")}' is a file."));
    }

    [Test]
    public async Task Folder_where_an_object_is_needed_is_not_usable()
    {
        Directory.CreateDirectory(At("run/01/a"));

        StorageException reading = await FailsAsync(async () => await Store.ReadAsync("01/a", default));
        StorageException writing = await FailsAsync(async () => await Store.WriteAsync("01/a", Bytes("x"), default));

        Assert.That(reading.Message, Does.StartWith($"Cannot read '{At("run/01/a")}': "));
        Assert.That(writing.Message, Does.StartWith($"Cannot write '{At("run/01/a")}': "));
        Assert.That(new[] { reading.Fault, writing.Fault }, Is.All.EqualTo(StorageFault.NotUsable));
        Assert.That(FilesIn("run"), Is.Empty);
    }

    [Test]
    public async Task File_without_rights_is_not_usable()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("Rights do not bind this user.");
            return;
        }
        await Store.WriteAsync("01/a", Bytes("x"), default);
        File.SetUnixFileMode(At("run/01/a"), UnixFileMode.None);

        StorageException e = await FailsAsync(async () => await Store.ReadAsync("01/a", default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.NotUsable));
        Assert.That(e.Message, Is.EqualTo($"Cannot read '{At("run/01/a")}': no permission."));
    }

    [Test]
    public void Faults_of_the_file_system_are_told_apart()
    {
        const int unixNoSpace = 28, unixQuota = 122;

        Assert.That(From(new UnauthorizedAccessException()), Is.EqualTo((StorageFault.NotUsable, "Cannot write 'a.json': no permission.")));
        Assert.That(From(new FileNotFoundException()), Is.EqualTo((StorageFault.NotFound, "Cannot write 'a.json': it does not exist.")));
        Assert.That(From(new DirectoryNotFoundException()), Is.EqualTo((StorageFault.NotFound, "Cannot write 'a.json': it does not exist.")));
        Assert.That(From(new IOException("", unixNoSpace)), Is.EqualTo((StorageFault.Unavailable, "Cannot write 'a.json': the disk is full.")));
        Assert.That(From(new IOException("", unixQuota)), Is.EqualTo((StorageFault.Unavailable, "Cannot write 'a.json': the disk is full.")));
        Assert.That(From(new IOException("Odd.")), Is.EqualTo((StorageFault.NotUsable, "Cannot write 'a.json': Odd.")));

        static (StorageFault, string) From(Exception cause)
        {
            StorageException e = StorageException.From(cause, "write", "a.json");
            Assert.That(e.InnerException, Is.SameAs(cause));
            return (e.Fault, e.Message);
        }
    }
}
