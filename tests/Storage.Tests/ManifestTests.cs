using System.Text;

namespace Pipeline.Storage.Tests;

public sealed class ManifestTests(Place place) : StoreTests(place)
{
    private const string Text =
        """
        {
          "format": 1,
          "stage": "load",
          "fingerprint": "f00d",
          "code": "0.1.0-abc",
          "options": {
            "Z-first": "ordinal order puts capitals first",
            "top-k": "10"
          },
          "inputs": {
            "--customers c.csv": "cafe",
            "01-loaded": "beef"
          },
          "files": [
            {
              "path": "a.parquet",
              "contract": "a/1",
              "rows": 3,
              "bytes": 12,
              "sha256": "0a"
            },
            {
              "path": "secret.parquet",
              "contract": "secret/1",
              "rows": 3
            }
          ],
          "counters": {
            "rows_in": 3,
            "rows_kept": 2,
            "dropped_no_item": 1
          },
          "randomised": {
            "secret.parquet": "0b"
          }
        }
        """;

    private static Manifest Example => Frame("load") with
    {
        Files =
        [
            new ManifestFile { Path = "a.parquet", Contract = "a/1", Rows = 3, Bytes = 12, Sha256 = "0a" },
            new ManifestFile { Path = "secret.parquet", Contract = "secret/1", Rows = 3 },
        ],
        Randomised = new(StringComparer.Ordinal) { ["secret.parquet"] = "0b" },
    };

    [Test]
    public void Manifest_is_written_as_this_text_and_nothing_else()
    {
        Assert.That(Encoding.UTF8.GetString(Example.ToJson()), Is.EqualTo(Text));
    }

    [Test]
    public void Manifest_read_and_written_again_is_the_same_bytes()
    {
        Manifest? read = Manifest.TryParse(Bytes(Text), "place");

        Assert.That(read!.ToJson(), Is.EqualTo(Bytes(Text)));
    }

    [Test]
    public void Order_of_the_entries_does_not_depend_on_who_made_the_dictionaries()
    {
        // The comparer of the culture, which a dictionary has by default, puts capitals behind and looks past hyphens.
        Manifest other = Example with { Options = new() { ["top-k"] = "10", ["Z-first"] = "ordinal order puts capitals first" } };

        Assert.That(other.ToJson(), Is.EqualTo(Bytes(Text)));
    }

    [Test]
    public async Task Same_work_at_another_time_and_place_gives_the_same_manifest()
    {
        await FinishedAsync();
        byte[] first = (await Store.ReadAsync("01-loaded/_manifest.json", default))!;

        RunFolder elsewhere = Open("elsewhere");
        await using (StageOutput output = (await elsewhere.TryBeginStageAsync("01-loaded", default))!)
        {
            // In another order, too.
            await AddAsync(output, "profile.json", "{}");
            await AddAsync(output, "interactions/part-00000.parquet", "first", "interactions/1", 2);
            await AddAsync(output, "interactions/part-00001.parquet", "second", "interactions/1", 1);
            await output.CommitAsync(Frame("load"), default);
        }

        Assert.That(await elsewhere.Store.ReadAsync("01-loaded/_manifest.json", default), Is.EqualTo(first));
        Assert.That(Encoding.UTF8.GetString(first), Does.Not.Contain(At("")));
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("\"text\"")]
    [TestCase("{}")]
    [TestCase("{\"format\": 1}")]
    [TestCase("{\"format\": 1, \"stage\": \"load\"}")]
    [TestCase("{\"format\": \"one\"}")]
    [TestCase("{\"format\": 1.5}")]
    [TestCase("not JSON")]
    public void Content_that_is_no_manifest_is_told_apart(string content) =>
        Assert.That(Manifest.TryParse(Bytes(content), "place"), Is.Null);

    [TestCase("\"rows_in\": 3", "\"rows_in\": \"three\"")]
    [TestCase("\"fingerprint\": \"f00d\"", "\"fingerprint\": null")]
    [TestCase("\"path\": \"a.parquet\"", "\"path\": null")]
    [TestCase("\"path\": \"a.parquet\"", "\"path\": \"../../a.parquet\"")]
    [TestCase("\"path\": \"a.parquet\"", "\"path\": \"/a.parquet\"")]
    [TestCase("\"secret.parquet\": \"0b\"", "\"other.parquet\": \"0b\"")]
    [TestCase("\"sha256\": \"0a\"", "\"sha256\": null")]
    public void Manifest_with_a_value_that_cannot_be_is_no_manifest(string value, string other)
    {
        string changed = Text.Replace(value, other, StringComparison.Ordinal);

        Assert.That(changed, Is.Not.EqualTo(Text));
        Assert.That(Manifest.TryParse(Bytes(changed), "place"), Is.Null);
    }

    [Test]
    public void Manifest_cut_off_anywhere_is_no_manifest()
    {
        byte[] whole = Bytes(Text);
        for (int length = 0; length < whole.Length; length++)
            Assert.That(Manifest.TryParse(whole.AsSpan(0, length), "place"), Is.Null, $"cut after {length} bytes");
    }

    [Test]
    public void Member_that_is_not_known_is_passed_over()
    {
        string more = Text.Replace("\"stage\"", "\"colour\": [1, {\"deep\": 2}],\n  \"stage\"", StringComparison.Ordinal);

        Assert.That(Manifest.TryParse(Bytes(more), "place")!.Stage, Is.EqualTo("load"));
    }

    [TestCase("{\"format\": 2}")]
    [TestCase("{\"files\": \"of another shape\", \"format\": 2}")]
    public void Manifest_of_another_format_is_refused_whatever_else_it_holds(string content)
    {
        StorageException e = Assert.Throws<StorageException>(() => Manifest.TryParse(Bytes(content), "run/_manifest.json"))!;

        Assert.That(e.Fault, Is.EqualTo(StorageFault.Damaged));
        Assert.That(e.Message, Does.Contain("'run/_manifest.json'").And.Contain("format 2").And.Contain("format 1"));
    }

    [Test]
    public void Whole_manifest_of_another_format_is_refused()
    {
        Assert.That(
            () => Manifest.TryParse((Example with { Format = 2 }).ToJson(), "place"),
            Throws.TypeOf<StorageException>().With.Property(nameof(StorageException.Fault)).EqualTo(StorageFault.Damaged));
    }

    [Test]
    public void Hash_of_a_randomised_file_comes_from_the_part_kept_apart()
    {
        Manifest manifest = Manifest.TryParse(Bytes(Text), "place")!;

        Assert.That(manifest.Files.Select(manifest.HashOf), Is.EqualTo(new[] { "0a", "0b" }));
    }
}
