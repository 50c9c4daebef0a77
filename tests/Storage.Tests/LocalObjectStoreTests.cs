namespace Pipeline.Storage.Tests;

/// <summary>What only a file system does.</summary>
[TestFixture(Place.Folder)]
public sealed class LocalObjectStoreTests(Place place) : StoreTests(place)
{
    [Test]
    public async Task Object_that_was_never_written_leaves_nothing_even_when_its_folder_is_gone()
    {
        await using (await Store.CreateAsync("01/a", default))
            Directory.Delete(At("run"), recursive: true);

        Assert.That(Directory.Exists(At("run")), Is.False);
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

    [Test]
    public async Task File_is_refused_as_a_run()
    {
        await File.WriteAllTextAsync(At("notes.txt"), "");

        StorageException e = await FailsAsync(() => Task.FromResult(RunFolder.Open(At("notes.txt"))));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.NotUsable));
        Assert.That(e.Message, Is.EqualTo($"'{At("notes.txt")}' is a file: name a folder for the run."));
    }

    [Test]
    public void Opening_makes_no_folder()
    {
        RunFolder.Open(At("new"));

        Assert.That(Directory.Exists(At("new")), Is.False);
    }

    [Test]
    public async Task Relative_location_stays_in_messages_as_it_was_written()
    {
        string location = Path.GetRelativePath(Environment.CurrentDirectory, At("run"));

        StorageException e = await FailsAsync(() => RunFolder.Open(location).OpenStageAsync("01-loaded", default));

        Assert.That(e.Message, Does.StartWith($"'{location}/01-loaded' "));
    }
}
