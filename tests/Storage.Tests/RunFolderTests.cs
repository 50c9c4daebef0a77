namespace Pipeline.Storage.Tests;

public sealed class RunFolderTests(Place place) : StoreTests(place)
{
    [Test]
    public async Task Scheme_that_no_store_speaks_is_refused_in_one_sentence()
    {
        StorageException e = await FailsAsync(() => Task.FromResult(RunFolder.Open("gs://bucket/runs/1")));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.NotUsable));
        Assert.That(e.Message, Is.EqualTo("'gs://bucket/runs/1' cannot be opened: runs are kept in local folders and in S3 (s3://BUCKET/FOLDER), 'gs' is not supported."));
    }

    [Test]
    public async Task Stage_folder_without_a_manifest_is_not_found()
    {
        await Store.WriteAsync("01-loaded/catalogue.parquet", Bytes("whole"), default);

        StorageException e = await FailsAsync(() => Run.OpenStageAsync("01-loaded", default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.NotFound));
        Assert.That(e.Message, Does.StartWith($"'{At("run/01-loaded")}' holds no finished output"));
    }

    [Test]
    public async Task Runs_are_found_at_any_depth_where_the_stage_finished()
    {
        foreach (string key in (string[])["b/04-addressed/_manifest.json", "a/x/04-addressed/_manifest.json", "c/04-addressed/recipients.parquet", "d/05-injected/_manifest.json", "e/x04-addressed/_manifest.json"])
            Put("runs/" + key, "{}");

        IReadOnlyList<(string Name, RunFolder Run)> runs = await RunFolder.FindAsync(At("runs"), "04-addressed", default);

        Assert.That(runs.Select(r => r.Name), Is.EqualTo(new[] { "a/x", "b" }));
        Assert.That(runs.Select(r => r.Run.Store.Location), Is.EqualTo(new[] { At("runs/a/x"), At("runs/b") }));
        Assert.That((await RunFolder.FindAsync(At("runs/b"), "04-addressed", default)).Select(r => r.Name), Is.EqualTo(new[] { "." }));
    }

    [Test]
    public async Task Place_with_nothing_in_it_is_no_folder_of_runs()
    {
        StorageException e = await FailsAsync(() => RunFolder.FindAsync(At("nowhere"), "04-addressed", default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.NotFound));
        Assert.That(e.Message, Is.EqualTo($"'{At("nowhere")}' holds nothing: name the folder the runs lie in."));
    }

    [Test]
    public async Task Manifest_that_is_none_is_damaged_and_the_message_names_the_way_out()
    {
        await Store.WriteAsync("01-loaded/_manifest.json", Bytes("{\"format\": 1, \"sta"), default);

        StorageException e = await FailsAsync(() => Run.OpenStageAsync("01-loaded", default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.Damaged));
        Assert.That(e.Message, Is.EqualTo(
            $"'{At("run/01-loaded/_manifest.json")}' is not a whole manifest: run the stage that writes it again with --overwrite."));
    }

    [Test]
    public async Task Manifest_of_another_format_is_damaged_and_the_message_names_both_versions()
    {
        await Store.WriteAsync("01-loaded/_manifest.json", Bytes("{\"format\": 7, \"unlike\": \"today's\"}"), default);

        StorageException e = await FailsAsync(() => Run.OpenStageAsync("01-loaded", default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.Damaged));
        Assert.That(e.Message, Does.Contain("format 7").And.Contain("format 1").And.Contain(At("run/01-loaded/_manifest.json")));
    }
}
