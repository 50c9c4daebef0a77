namespace Pipeline.Storage.Tests;

public sealed class StageInputTests(Place place) : StoreTests(place)
{
    private const string Part = "run/01-loaded/interactions/part-00000.parquet";

    private static ManifestFile First(StageInput input) => input.FilesOf("interactions/")[0];

    [Test]
    public async Task Parts_of_a_data_set_come_in_order_of_their_names_and_only_those_of_the_manifest()
    {
        StageInput input = await FinishedAsync();
        Put("run/01-loaded/interactions/part-00002.parquet", "nobody listed it");

        Assert.That(input.FilesOf("interactions/").Select(f => (f.Path, f.Rows)), Is.EqualTo(
            new[] { ("interactions/part-00000.parquet", 2L), ("interactions/part-00001.parquet", 1L) }));
        Assert.That(input.FilesOf("profile.json").Select(f => f.Path), Is.EqualTo(new[] { "profile.json" }));
        Assert.That(input.FilesOf("profile"), Is.Empty);
        Assert.That(input.FilesOf("nothing/"), Is.Empty);
    }

    [Test]
    public async Task File_that_is_what_its_manifest_says_is_given_and_stays()
    {
        StageInput input = await FinishedAsync();

        using (LocalCopy copy = await input.GetAsync(First(input), default))
            Assert.That(await File.ReadAllTextAsync(copy.Path), Is.EqualTo("first"));

        Assert.That(FilesIn("run/01-loaded"), Does.Contain("interactions/part-00000.parquet"));
        Assert.That(await input.IsIntactAsync(default));
    }

    [TestCase("fjrst", TestName = "Changed_file_is_refused")]
    [TestCase("firs", TestName = "Truncated_file_is_refused")]
    [TestCase("first ", TestName = "Lengthened_file_is_refused")]
    [TestCase("", TestName = "Emptied_file_is_refused")]
    public async Task File_that_is_not_what_its_manifest_says_is_refused(string content)
    {
        StageInput input = await FinishedAsync();
        Put(Part, content);

        StorageException e = await FailsAsync(() => input.GetAsync(First(input), default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.Damaged));
        Assert.That(e.Message, Is.EqualTo($"'{At(Part)}' is not what its manifest says: run load again with --overwrite."));
        Assert.That(await input.IsIntactAsync(default), Is.False);
    }

    [Test]
    public async Task Missing_file_is_refused()
    {
        StageInput input = await FinishedAsync();
        Remove(Part);

        StorageException e = await FailsAsync(() => input.GetAsync(First(input), default));

        Assert.That(e.Fault, Is.EqualTo(StorageFault.Damaged));
        Assert.That(e.Message, Is.EqualTo($"'{At(Part)}' is missing, though its manifest lists it: run load again with --overwrite."));
        Assert.That(await input.IsIntactAsync(default), Is.False);
    }

    [Test]
    public async Task Randomised_file_is_checked_too()
    {
        await using (StageOutput output = (await Run.TryBeginStageAsync("04-addressed", default))!)
        {
            await AddAsync(output, "recipients.parquet", "ciphertext", "recipients/1", 1, isRandomised: true);
            await output.CommitAsync(Frame("email"), default);
        }
        StageInput input = await Run.OpenStageAsync("04-addressed", default);
        Assert.That(await input.IsIntactAsync(default));

        Put("run/04-addressed/recipients.parquet", "ciphertexT");

        Assert.That(await input.IsIntactAsync(default), Is.False);
    }

    [Test]
    public async Task Hash_of_the_manifest_is_that_of_its_bytes()
    {
        StageInput input = await FinishedAsync();

        Assert.That(input.ManifestHash, Is.EqualTo(Hashing.Of(await Store.ReadAsync("01-loaded/_manifest.json", default))));
        Assert.That(Hashing.Of("abc"u8), Is.EqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), "FIPS 180-2, B.1");
    }
}
