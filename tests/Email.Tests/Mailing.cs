using System.Text;
using Pipeline.Contracts;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>A run of a shop up to train, whose customers all have a list but <c>zed</c>, who has everything; and a key ring.</summary>
internal sealed class Mailing : IDisposable
{
    private int runs;

    /// <param name="timeOf">When each customer did something; all at eleven if left out.</param>
    /// <param name="train">Options of train.</param>
    public Mailing(Func<string, string>? timeOf = null, params string[] train)
    {
        // Equal products in pairs, the newest interaction at noon; the lists come in order of the names.
        string lines = string.Join('\n', Customers.Select((user, n) => $"{user},{(n % 2 == 0 ? "kettle" : "cups")},{timeOf?.Invoke(user) ?? "2026-01-10T11:00:00Z"}"));
        string file = Folder.Write("interactions.csv", $"user_id,item_id,time\n{lines}\nzed,kettle,2026-01-10T12:00:00Z\nzed,cups,2026-01-10T12:00:00Z\n");
        StageRunner.MustRun(Stages.Load, "--run", Prepared, "--interactions", file);
        StageRunner.MustRun(Stages.Transform, "--run", Prepared);
        StageRunner.MustRun(Stages.Train, ["--run", Prepared, .. train]);
        Ring = Rings.Write(Folder, "ring.json", Rings.Secret);
    }

    /// <summary>The customers with a list.</summary>
    public static IReadOnlyList<string> Customers { get; } = ["ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal", "ivy", "joe"];

    public TempFolder Folder { get; } = new();

    /// <summary>A ring with <see cref="Rings.Secret"/>.</summary>
    public string Ring { get; }

    private string Prepared => Folder.File("prepared");

    /// <summary>A run that is ready for this stage.</summary>
    /// <param name="name">Its name, also below folders; one of its own if left out.</param>
    public string NewRun(string? name = null) => Folder.Copy(Prepared, name ?? $"run-{++runs}");

    /// <summary>Runs the stage in a new run, with the ring, any number of bad addresses and no suppression list unless the options say otherwise.</summary>
    /// <param name="customers">Content of the customer file; null for none.</param>
    /// <param name="options">Further options.</param>
    public (StageResult Result, string Run) TryRun(string? customers, params string[] options)
    {
        string run = NewRun();
        string[] file = customers is null ? [] : ["--customers", Folder.Write($"{Path.GetFileName(run)}-files/customers.csv", customers)];
        return (StageRunner.Run(Stages.Email, ["--run", run, .. Default("--key-ring", Ring), .. Default("--max-invalid", "100%"), .. WithoutList(), .. file, .. options]), run);

        string[] WithoutList() => options.Contains("--suppressions") ? [] : ["--without-suppressions"];

        string[] Default(string option, string value) => options.Contains(option) ? [] : [option, value];
    }

    /// <summary>As <see cref="TryRun"/>, and it must succeed.</summary>
    public (StageResult Result, string Run) Run(string? customers, params string[] options)
    {
        (StageResult result, string run) = TryRun(customers, options);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return (result, run);
    }

    /// <summary>The key store beside the ring.</summary>
    public string KeyStore => Folder.File("keystore");

    /// <summary>Decrypts a row's address as the sender of the mails does.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="run">The run.</param>
    /// <param name="row">The row.</param>
    /// <param name="keyStore">Another key store than <see cref="KeyStore"/>.</param>
    public string Decrypt(IKeyProvider keys, string run, TableRow row, string? keyStore = null)
    {
        byte[] user = Encoding.UTF8.GetBytes(row.Text(Recipients.UserId)!);
        var users = new TextIndex();
        users.Add(user);
        var store = Keys.KeyStore.Open(keyStore ?? KeyStore);
        using SubjectSalts salts = store.FindSalts(users);
        using var reader = new AddressReader(store, keys, AddressCell.ContextOf(Path.GetFileName(run), "default"));
        return Encoding.UTF8.GetString(reader.Decrypt(row.Text(Recipients.EmailCiphertext)!, user, row.Text(Recipients.SubjectKey)!, salts[0]));
    }

    public void Dispose() => Folder.Dispose();
}
