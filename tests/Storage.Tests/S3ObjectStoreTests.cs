using Pipeline.Storage.S3;
using Pipeline.Testing;

namespace Pipeline.Storage.Tests;

/// <summary>What only S3 does.</summary>
public sealed class S3ObjectStoreTests : S3Tests
{
    [Test]
    public async Task Everything_is_encrypted_with_the_key_that_was_named_by_a_bucket_key()
    {
        string key = Aws.Moto.CreateDataKey();
        S3ObjectStore store = Open(Aws.Settings with { KmsKey = key });
        await store.WriteAsync("small", Content(10), default);
        await store.TryWriteNewAsync("new", Content(10), default);
        await using (PendingObject pending = await store.CreateAsync("large", default))
        {
            await File.WriteAllBytesAsync(pending.Path, Content(Part + 1));
            await pending.CommitAsync(default);
        }
        await using ILease? lease = await store.TryAcquireLeaseAsync("01", default);

        foreach (string name in Bucket.Keys())
        {
            Assert.That(Bucket.Header(name, "x-amz-server-side-encryption"), Is.EqualTo("aws:kms"), name);
            Assert.That(Bucket.Header(name, "x-amz-server-side-encryption-aws-kms-key-id"), Is.EqualTo(key), name);
        }
        foreach (PassedRequest begun in Proxy.Requests.Where(r => (r.Method is "PUT" or "POST") && !r.Target.Contains("uploadId", StringComparison.Ordinal)))
            Assert.That(begun.Headers.GetValueOrDefault("x-amz-server-side-encryption-bucket-key-enabled"), Is.EqualTo("true").IgnoreCase, begun.Target);
        Assert.That(Bucket.Keys(), Is.EqualTo(new[] { "run/01/.lease", "run/large", "run/new", "run/small" }));
    }

    [Test]
    public async Task Without_a_key_the_bucket_s_own_encryption_holds()
    {
        await Store.WriteAsync("small", Content(10), default);

        Assert.That(Of("PUT").Single().Headers.Keys, Has.None.StartsWith("x-amz-server-side"));
    }

    [Test]
    public async Task Content_goes_up_with_its_SHA_256()
    {
        await Store.WriteAsync("small", Content(10), default);
        await WriteAsync("large", Content(Part + 1));

        Assert.That(Of("PUT").Select(r => r.Headers.GetValueOrDefault("x-amz-trailer") ?? string.Join(' ', r.Headers.Keys)), Has.All.Contain("x-amz-checksum-sha256"));
    }

    [Test]
    public async Task Files_of_any_size_take_little_memory()
    {
        byte[] content = Content(8 * Part);
        await using PendingObject pending = await Store.CreateAsync("large", default);
        await File.WriteAllBytesAsync(pending.Path, content);
        long before = GC.GetTotalAllocatedBytes(precise: true);

        await pending.CommitAsync(default);
        using LocalCopy copy = await Store.GetAsync("large", default);

        // The proxy's buffers are counted, too: it runs in this process.
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(content.Length / 2));
        Assert.That(await File.ReadAllBytesAsync(copy.Path), Is.EqualTo(content));
    }

    [Test]
    public async Task Marks_of_empty_folders_are_no_objects()
    {
        Bucket.Put("run/01/", []);

        Assert.That(await Store.ListAsync("", default), Is.Empty);
    }

    [Test]
    public async Task Copies_are_for_their_owner_only_and_go_when_they_are_disposed()
    {
        Bucket.Put("run/a/copied.bin", Content(10));

        LocalCopy copy = await Store.GetAsync("a/copied.bin", default);
        PendingObject pending = await Store.CreateAsync("a/pending.bin", default);
        WorkingFile working = await Store.OpenAsync("a/working.bin", default);
        await File.WriteAllBytesAsync(pending.Path, Content(10));
        await File.WriteAllBytesAsync(working.Path, Content(10));
        await File.WriteAllBytesAsync(working.Path + ".wal", Content(10));
        string folder = Path.GetDirectoryName(Path.GetDirectoryName(copy.Path))!;
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(folder), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        copy.Dispose();
        working.Dispose();
        await pending.DisposeAsync();

        Assert.That(Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName), Is.EqualTo(new[] { ".lock" }));
    }

    [Test]
    public void What_a_killed_process_left_goes_with_the_next_and_what_a_living_one_has_stays()
    {
        using var place = new TempFolder();
        string dead = Path.GetDirectoryName(place.Write("pipeline-s3-dead/.lock", ""))!, living = Path.GetDirectoryName(place.Write("pipeline-s3-living/.lock", ""))!;
        place.Write("pipeline-s3-dead/1/customers.csv", "left behind");
        place.Write("pipeline-s3-living/1/customers.csv", "in use");
        using var held = new FileStream(Path.Combine(living, ".lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        using (new TempArea(place.Path))
        {
            Assert.That(Directory.Exists(dead), Is.False);
            Assert.That(File.Exists(Path.Combine(living, "1/customers.csv")));
            Assert.That(Directory.EnumerateDirectories(place.Path).Count(), Is.EqualTo(2));
        }

        Assert.That(Directory.EnumerateDirectories(place.Path), Is.EqualTo(new[] { living }));
    }
}
