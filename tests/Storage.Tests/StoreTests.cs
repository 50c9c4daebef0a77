namespace Pipeline.Storage.Tests;

/// <summary>A folder of one test, gone with it, and the store in it.</summary>
public abstract class StoreTests
{
    private string folder = "";

    private protected LocalObjectStore Store { get; private set; } = null!;

    private protected RunFolder Run { get; private set; } = null!;

    [SetUp]
    public void MakeFolder()
    {
        folder = Directory.CreateTempSubdirectory("storage-").FullName;
        Store = new LocalObjectStore(At("run"));
        Run = new RunFolder(Store);
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    /// <summary>A path in the test's folder; the store's root is its <c>run</c>.</summary>
    private protected string At(string name) => Path.Combine(folder, name);

    private protected static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private protected string[] FilesIn(string name) =>
        [.. Directory.EnumerateFiles(At(name), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(At(name), f)).Order(StringComparer.Ordinal)];

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
