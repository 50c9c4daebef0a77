namespace Pipeline.Storage.Tests;

public sealed class StageOutputTests(Place place) : StoreTests(place)
{
    [Test]
    public async Task Folder_is_an_output_only_after_the_commit()
    {
        await using StageOutput output = (await Run.TryBeginStageAsync("01-loaded", default))!;
        await AddAsync(output, "a.json", "{}");
        Assert.That((await FailsAsync(() => Run.OpenStageAsync("01-loaded", default))).Fault, Is.EqualTo(StorageFault.NotFound));

        await output.CommitAsync(Frame("load"), default);

        StageInput input = await Run.OpenStageAsync("01-loaded", default);
        Assert.That(input.Manifest.Files.Single(), Is.EqualTo(new ManifestFile
        {
            Path = "a.json",
            Bytes = 2,
            Sha256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        }));
    }

    [Test]
    public async Task Randomised_file_is_kept_apart_so_that_the_rest_of_the_manifest_repeats()
    {
        string[] manifests = [await WriteAsync("one"), await WriteAsync("another")];

        string[] parts = [.. manifests.Select(m => m[..m.IndexOf("\"randomised\"", StringComparison.Ordinal)])];
        Assert.That(parts[0], Is.EqualTo(parts[1]));
        Assert.That(manifests[0], Is.Not.EqualTo(manifests[1]));
        Assert.That(await (await Run.OpenStageAsync("04-addressed", default)).IsIntactAsync(default), "its hash is checked all the same");

        async Task<string> WriteAsync(string ciphertext)
        {
            await using StageOutput output = (await Run.TryBeginStageAsync("04-addressed", default))!;
            await output.ClearAsync(default);
            await AddAsync(output, "recipients.parquet", ciphertext, "recipients/1", 1, isRandomised: true);
            await AddAsync(output, "a.json", "{}");
            await output.CommitAsync(Frame("email"), default);
            return System.Text.Encoding.UTF8.GetString((await Store.ReadAsync("04-addressed/_manifest.json", default))!);
        }
    }

    [Test]
    public async Task Clearing_removes_what_a_killed_writer_left()
    {
        Put("run/01-loaded/interactions/.writing-part-00000.parquet", "half");
        Put("run/01-loaded/.writing-_manifest.json", "{");
        Put("run/01-loaded/catalogue.parquet", "whole, but without a manifest");
        Put("run/01-loaded/error.json", "{}");
        Put("run/02-transformed/users.parquet", "another's");

        await using StageOutput output = (await Run.TryBeginStageAsync("01-loaded", default))!;
        Assert.That(await Store.ListAsync("01-loaded/", default), Has.Count.EqualTo(4).And.Contain("01-loaded/interactions/.writing-part-00000.parquet"));

        await output.ClearAsync(default);

        Assert.That(FilesIn("run"), Is.EqualTo(new[] { "01-loaded/.lease", "02-transformed/users.parquet" }));
    }

    [Test]
    public async Task Clearing_removes_the_manifest_first()
    {
        await FinishedAsync();
        var store = new StoreThatDiesAtDelete(Store, survivedDeletes: 1);
        await using StageOutput output = (await new RunFolder(store).TryBeginStageAsync("01-loaded", default))!;

        Assert.That(async () => await output.ClearAsync(default), Throws.TypeOf<StoreThatDiesAtDelete.Death>());

        Assert.That(FilesIn("run/01-loaded"), Is.EqualTo(
            new[] { ".lease", "interactions/part-00000.parquet", "interactions/part-00001.parquet", "profile.json" }));
    }

    [Test]
    public async Task Cleared_output_forgets_the_files_added_before()
    {
        await using StageOutput output = (await Run.TryBeginStageAsync("01-loaded", default))!;
        await AddAsync(output, "a.json", "before");
        await AddAsync(output, "secret.parquet", "before", isRandomised: true);
        await output.ClearAsync(default);
        await AddAsync(output, "b.json", "after");

        await output.CommitAsync(Frame("load"), default);

        Manifest manifest = (await Run.OpenStageAsync("01-loaded", default)).Manifest;
        Assert.That(manifest.Files.Select(f => f.Path), Is.EqualTo(new[] { "b.json" }));
        Assert.That(manifest.Randomised, Is.Empty);
    }

    [Test]
    public async Task Error_is_forgotten_without_touching_the_output()
    {
        await FinishedAsync();
        Put("run/01-loaded/error.json", "{}");
        await using StageOutput output = (await Run.TryBeginStageAsync("01-loaded", default))!;

        await output.ForgetErrorAsync(default);

        Assert.That(FilesIn("run/01-loaded"), Does.Not.Contain("error.json"));
        Assert.That(await (await Run.OpenStageAsync("01-loaded", default)).IsIntactAsync(default));
    }
}
