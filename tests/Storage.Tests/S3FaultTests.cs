using Pipeline.Storage.S3;
using Pipeline.Testing;

namespace Pipeline.Storage.Tests;

/// <summary>A network that cuts connections and a server that has too much to do.</summary>
public sealed class S3FaultTests : S3Tests
{
    private const string Unreachable = "S3 cannot be reached, or connections to it are cut: try again later; if it stays so, see whether the network reaches it.";

    [TestCase(503, "SlowDown")]
    [TestCase(500, "InternalError")]
    [TestCase(503, "ServiceUnavailable")]
    [TestCase(429, "TooManyRequestsException")]
    [TestCase(400, "RequestTimeout")]
    [TestCase(409, "ConditionalRequestConflict")]
    public async Task Error_that_may_pass_is_met_with_further_attempts(int status, string code)
    {
        Proxy.Fail(new Fault.Answer(status, code), r => r.Method == "PUT", times: 3);

        await Store.WriteAsync("a", Content(100), default);

        Assert.That(Bucket.Get("run/a"), Is.EqualTo(Content(100)));
        Assert.That(Of("PUT"), Has.Length.EqualTo(4));
    }

    [Test]
    public async Task Pauses_between_attempts_double()
    {
        S3ObjectStore store = Open(Aws.Settings with { FirstPause = TimeSpan.FromMilliseconds(100) });
        Proxy.Fail(new Fault.Answer(503, "SlowDown"), _ => true, times: 3);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();

        await store.WriteAsync("a", Content(100), default);

        // 100, 200 and 400 ms, each up to half as long again.
        Assert.That(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, Is.InRange(0.7, 3));
    }

    [Test]
    public async Task Throttling_without_end_is_given_up_as_unavailable()
    {
        S3ObjectStore store = Open(Aws.Settings with { Attempts = 3 });
        Proxy.Fail(new Fault.Answer(503, "SlowDown"), _ => true, times: int.MaxValue);

        StorageException e = await FailsAsync(async () => await store.WriteAsync("a", Content(100), default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.Unavailable));
        Assert.That(e.Message, Is.EqualTo($"Cannot write '{Bucket["run/a"]}': S3 has throttled it for too long, try again later."));
        Assert.That(Of("PUT"), Has.Length.EqualTo(3));
    }

    [Test]
    public void Cancellation_ends_the_attempts()
    {
        Proxy.Fail(new Fault.Answer(503, "SlowDown"), _ => true, times: int.MaxValue);
        using var stop = new CancellationTokenSource(200);

        Assert.That(async () => await Open(Aws.Settings with { FirstPause = TimeSpan.FromSeconds(30) }).ReadAsync("a", stop.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Upload_that_is_cut_off_is_repeated_and_never_half_there()
    {
        byte[] content = Content(1_000_000);
        var seen = new List<byte[]?>();
        Proxy.Faults = r =>
        {
            if (r.Method != "PUT")
                return null;
            seen.Add(Bucket.Get("run/a"));
            return seen.Count <= 2 ? new Fault.CutRequest(300_000) : null;
        };

        await WriteAsync("a", content);

        Assert.That(seen, Is.EqualTo(new byte[]?[] { null, null, null }));
        Assert.That(Bucket.Get("run/a"), Is.EqualTo(content));
    }

    [Test]
    public async Task Large_file_goes_up_in_parts_of_which_only_the_one_that_was_cut_off_is_sent_again()
    {
        byte[] content = Content(3 * Part + 12_345);
        Proxy.Fail(new Fault.CutRequest(Part / 2), r => r.Target.Contains("partNumber=2", StringComparison.Ordinal));

        await WriteAsync("a", content);

        Assert.That(Bucket.Get("run/a"), Is.EqualTo(content));
        Assert.That(Enumerable.Range(1, 4).Select(n => Of("PUT", $"partNumber={n}&").Length), Is.EqualTo(new[] { 1, 2, 1, 1 }));
        Assert.That(Proxy.MostAtOnce, Is.InRange(2, 5), "parts at the same time");
        Assert.That(Bucket.UnfinishedUploads(), Is.Zero);
    }

    [Test]
    public async Task Upload_in_parts_that_is_given_up_leaves_no_parts()
    {
        byte[] content = Content(2 * Part);
        Proxy.Fail(new Fault.Answer(403, "AccessDenied"), r => r.Target.Contains("partNumber=2", StringComparison.Ordinal), int.MaxValue);

        StorageException e = await FailsAsync(() => WriteAsync("a", content));

        Assert.That((e.Fault, e.Message), Is.EqualTo((StorageFault.NotUsable, $"Cannot write '{Bucket["run/a"]}': no permission.")));
        Assert.That(Bucket.Keys(), Is.Empty);
        Assert.That(Bucket.UnfinishedUploads(), Is.Zero);
        Assert.That(Copies("a"), Is.Empty);
    }

    [Test]
    public async Task Upload_in_parts_whose_last_answer_was_lost_is_complete()
    {
        byte[] content = Content(2 * Part);
        Proxy.Fail(new Fault.LoseAnswer(), r => r.Method == "POST" && r.Target.Contains("uploadId=", StringComparison.Ordinal));

        await WriteAsync("a", content);

        Assert.That(Of("POST", "uploadId="), Has.Length.EqualTo(2));
        Assert.That(Bucket.Get("run/a"), Is.EqualTo(content));
    }

    [Test]
    public async Task Download_that_is_cut_off_goes_on_where_it_was()
    {
        byte[] content = Content(2 * Part + 777);
        Bucket.Put("run/a", content);
        // The last range, which may be asked for before the others, is over before it would be cut.
        Proxy.Fail(new Fault.CutResponse(1_000_000), r => r.Method == "GET" && !r.Headers["Range"].StartsWith($"bytes={2 * Part}-", StringComparison.Ordinal), times: 2);

        using (LocalCopy copy = await Store.GetAsync("a", default))
            Assert.That(await File.ReadAllBytesAsync(copy.Path), Is.EqualTo(content));

        long[] starts = [.. Of("GET").Select(r => long.Parse(r.Headers["Range"]["bytes=".Length..].Split('-')[0], System.Globalization.CultureInfo.InvariantCulture)).Order()];
        Assert.That(starts, Has.Length.EqualTo(5));
        Assert.That(starts.Count(start => start % Part != 0), Is.EqualTo(2), "the rest of two ranges");
        Assert.That(Copies("a"), Is.Empty);
    }

    [Test]
    public async Task Small_object_that_is_cut_off_is_read_again()
    {
        Bucket.Put("run/a", Content(100_000));
        Proxy.Fail(new Fault.CutResponse(50_000), r => r.Method == "GET", times: 2);

        Assert.That(await Store.ReadAsync("a", default), Is.EqualTo(Content(100_000)));
    }

    [Test]
    public async Task Download_that_is_cut_off_without_end_leaves_no_copy()
    {
        Bucket.Put("run/a", Content(100_000));
        // Each attempt gets a little further, but not far enough.
        Proxy.Fail(new Fault.CutResponse(10), r => r.Method == "GET", int.MaxValue);

        StorageException e = await FailsAsync(async () => await Store.GetAsync("a", default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.Unavailable));
        Assert.That(e.Message, Is.EqualTo(Unreachable));
        Assert.That(Copies("a"), Is.Empty);
    }

    [Test]
    public async Task Object_that_is_replaced_while_it_is_read_is_refused()
    {
        Bucket.Put("run/a", Content(3 * Part));
        Proxy.Faults = r =>
        {
            if (r.Method == "GET" && r.Headers["Range"].StartsWith($"bytes={2 * Part}-", StringComparison.Ordinal))
                Bucket.Put("run/a", Content(3 * Part + 1));
            return null;
        };

        StorageException e = await FailsAsync(async () => await Store.GetAsync("a", default));

        Assert.That((e.Fault, e.Message), Is.EqualTo((StorageFault.Unavailable, $"Cannot read '{Bucket["run/a"]}': it was replaced meanwhile; try again.")));
        Assert.That(Copies("a"), Is.Empty);
    }

    [Test]
    public async Task New_object_whose_answer_was_lost_is_written_once_and_known_as_ours()
    {
        Proxy.Fail(new Fault.LoseAnswer(), r => r.Method == "PUT");

        Assert.That(await Store.TryWriteNewAsync("a", Content(100), default), Is.True);
        Assert.That(await Store.TryWriteNewAsync("a", Content(99), default), Is.False);

        Assert.That(Bucket.Get("run/a"), Is.EqualTo(Content(100)));
    }

    [Test]
    public async Task Lists_have_pages_and_one_that_fails_is_asked_for_again()
    {
        string[] keys = [.. Enumerable.Range(0, 7).Select(n => $"01/part-{n}")];
        foreach (string key in keys)
            Bucket.Put("run/" + key, []);
        Proxy.Fail(new Fault.CutResponse(100), r => r.Target.Contains("continuation-token", StringComparison.Ordinal));

        Assert.That(await Store.ListAsync("01/", default), Is.EqualTo(keys));

        Assert.That(Of("GET", "continuation-token").Length, Is.GreaterThanOrEqualTo(4));
    }

    [TestCase(403, "AccessDenied", "Cannot write '{0}': no permission.")]
    [TestCase(403, "InvalidAccessKeyId", "S3 does not accept the AWS credentials (InvalidAccessKeyId): renew or correct them.")]
    [TestCase(400, "ExpiredToken", "S3 does not accept the AWS credentials (ExpiredToken): renew or correct them.")]
    [TestCase(301, "PermanentRedirect", "The bucket '{1}' lies in another region: set AWS_REGION to it.")]
    [TestCase(400, "KMS.DisabledException", "Cannot write '{0}': its key in AWS KMS cannot be used (KMS.DisabledException).")]
    [TestCase(400, "InvalidRequest", "Cannot write '{0}': S3 refused it (InvalidRequest).")]
    public async Task Error_that_stays_is_said_at_once_in_one_sentence(int status, string code, string sentence)
    {
        Proxy.Fail(new Fault.Answer(status, code), _ => true, int.MaxValue);

        StorageException e = await FailsAsync(async () => await Store.WriteAsync("a", Content(100), default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.NotUsable));
        Assert.That(e.Message, Is.EqualTo(string.Format(System.Globalization.CultureInfo.InvariantCulture, sentence, Bucket["run/a"], Bucket.Name)));
        Assert.That(Of("PUT"), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Bucket_that_does_not_exist_is_named()
    {
        S3ObjectStore store = Open(Proxy.Address, "s3://no-such-bucket/run");

        StorageException[] failures =
        [
            await FailsAsync(async () => await store.WriteAsync("a", Content(1), default)),
            await FailsAsync(async () => await store.ReadAsync("a", default)),
            await FailsAsync(async () => await store.ListAsync("", default)),
        ];

        Assert.That(failures.Select(f => f.Fault), Is.All.EqualTo(StorageFault.NotUsable));
        Assert.That(failures.Select(f => f.Message), Is.All.EqualTo("There is no bucket 'no-such-bucket' in S3: make it, or name another."));
    }

    [Test]
    public async Task Server_that_cannot_be_reached_is_unavailable()
    {
        S3ObjectStore store = Open(new Uri("http://127.0.0.1:1/"), Bucket["run"], Aws.Settings with { Attempts = 2 });

        StorageException e = await FailsAsync(async () => await store.ReadAsync("a", default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.Unavailable));
        Assert.That(e.Message, Is.EqualTo(Unreachable));
    }

    [TestCase("s3://")]
    [TestCase("s3://A_B/run")]
    [TestCase("s3://b/run")]
    [TestCase("s3:///run")]
    [TestCase("s3://bucket/a/../b")]
    public void Place_that_is_none_is_refused(string place) => Assert.That(
        () => RunFolder.Open(place),
        Throws.TypeOf<StorageException>().With.Message.EqualTo($"'{place}' is no place in S3: write s3://BUCKET/FOLDER."));
}
