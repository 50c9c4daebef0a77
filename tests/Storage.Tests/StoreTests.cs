using Pipeline.Testing;

namespace Pipeline.Storage.Tests;

/// <summary>A place of one test, gone with it, and the store in it: what holds for a folder holds for S3.</summary>
[TestFixture(Place.Folder)]
[TestFixture(Place.S3)]
public abstract class StoreTests(Place place)
{
    private string folder = "";
    private Bucket? bucket;

    private protected IObjectStore Store => Run.Store;

    private protected RunFolder Run { get; private set; } = null!;

    [SetUp]
    public void MakePlace()
    {
        if (place == Place.S3)
            bucket = new Bucket(Aws.Moto);
        else
            folder = Directory.CreateTempSubdirectory("storage-").FullName;
        Run = Open("run");
    }

    [TearDown]
    public void RemovePlace()
    {
        bucket?.Dispose();
        if (folder.Length > 0)
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>A name in the test's place; the store's root is its <c>run</c>.</summary>
    private protected string At(string name) => bucket is null ? Path.Combine(folder, name) : bucket[name];

    /// <summary>Another store, with a short lease where time has to pass.</summary>
    private protected RunFolder Open(string name) => RunFolder.Open(At(name), Aws.Settings);

    private protected static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    /// <summary>Writes an object past the store.</summary>
    private protected void Put(string name, string content)
    {
        if (bucket is not null)
        {
            bucket.Put(name, Bytes(content));
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), content);
    }

    /// <summary>Removes an object past the store.</summary>
    private protected void Remove(string name)
    {
        if (bucket is null)
            File.Delete(At(name));
        else
            bucket.Delete(name);
    }

    /// <summary>The names of all objects below a name, seen past the store.</summary>
    private protected string[] FilesIn(string name) => bucket is not null
        ? [.. bucket.Keys(name + "/").Select(key => key[(name.Length + 1)..])]
        : Directory.Exists(At(name))
            ? [.. Directory.EnumerateFiles(At(name), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(At(name), f)).Order(StringComparer.Ordinal)]
            : [];

    private protected static async Task<StorageException> FailsAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (StorageException e)
        {
            return e;
        }
        throw new AssertionException("It did not fail.");
    }

    /// <summary>Everything of a manifest that does not come from the files.</summary>
    private protected static Manifest Frame(string stage) => new()
    {
        Stage = stage,
        Fingerprint = "f00d",
        Code = "0.1.0-abc",
        Options = new(StringComparer.Ordinal) { ["top-k"] = "10", ["Z-first"] = "ordinal order puts capitals first" },
        Inputs = new(StringComparer.Ordinal) { ["01-loaded"] = "beef", ["--customers c.csv"] = "cafe" },
        Files = [],
        Counters = new Dictionary<string, long> { ["rows_in"] = 3, ["rows_kept"] = 2, ["dropped_no_item"] = 1 },
    };

    /// <summary>Writes and adds a file the way a stage does.</summary>
    private protected static async Task AddAsync(StageOutput output, string path, string content, string? contract = null, long? rows = null, bool isRandomised = false)
    {
        await using PendingObject file = await output.CreateAsync(path, default);
        await File.WriteAllTextAsync(file.Path, content);
        await output.AddAsync(file, path, contract, rows, isRandomised, default);
    }

    /// <summary>A finished stage of three files: two parts of a table and a note.</summary>
    private protected async Task<StageInput> FinishedAsync()
    {
        await using (StageOutput output = (await Run.TryBeginStageAsync("01-loaded", default))!)
        {
            await AddAsync(output, "interactions/part-00001.parquet", "second", "interactions/1", 1);
            await AddAsync(output, "interactions/part-00000.parquet", "first", "interactions/1", 2);
            await AddAsync(output, "profile.json", "{}");
            await output.CommitAsync(Frame("load"), default);
        }
        return await Run.OpenStageAsync("01-loaded", default);
    }
}

/// <summary>Where the objects of a test lie.</summary>
public enum Place
{
    Folder,
    S3,
}
