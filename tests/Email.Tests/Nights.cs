using System.Security.Cryptography;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>Nightly runs of a shop in a workspace of one test, with a ring and a key store of their own, and the tool at work on them.</summary>
internal sealed class Nights(Mailing mailing, string name)
{
    private int inputs;

    /// <summary>The folder of the runs.</summary>
    public string Runs => mailing.Folder.File($"{name}/runs");

    public string Ring => mailing.Folder.File($"{name}/keys/ring.json");

    public string Store => mailing.Folder.File($"{name}/keys/keystore");

    public string Receipts => mailing.Folder.File($"{name}/keys/erasures");

    public string Suppressions => mailing.Folder.File($"{name}/lists/suppressions.csv");

    /// <summary>Writes a file besides.</summary>
    public string Write(string file, string content) => mailing.Folder.Write($"{name}/{file}", content);

    /// <summary>A run with these customers; with the suppression list if there is one.</summary>
    /// <param name="night">Name of the run.</param>
    /// <param name="customers">The customer file behind its header.</param>
    /// <param name="options">Further options.</param>
    /// <returns>The run's folder.</returns>
    public string Run(string night, string customers, params string[] options)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Suppressions)!);
        string run = mailing.NewRun($"{name}/runs/{night}"), file = Write($"input-{++inputs}/customers.csv", "user_id,email,consent\n" + customers);
        string[] list = File.Exists(Suppressions) ? ["--suppressions", Suppressions] : ["--without-suppressions"];
        StageRunner.MustRun(Stages.Email, ["--run", run, "--key-ring", Ring, "--customers", file, "--max-invalid", "100%", .. list, .. options]);
        return run;
    }

    /// <summary>Starts the tool with the ring.</summary>
    public StageResult Tool(params string[] arguments) => StageRunner.Run("Cli", [.. arguments, "--key-ring", Ring]);

    /// <summary>As <see cref="Tool"/>, and it must succeed.</summary>
    public StageResult MustTool(params string[] arguments)
    {
        StageResult result = Tool(arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return result;
    }

    /// <summary>Erases a customer.</summary>
    public StageResult Erase(string customer, params string[] more) =>
        Tool(["erase", "--customer", customer, "--runs", Runs, "--suppressions", Suppressions, .. more]);

    /// <summary>Erases by an address on stdin.</summary>
    public StageResult EraseAddress(string address, params string[] more) => StageRunner.RunWithInput(
        "Cli", address, ["erase", "--address", "-", "--runs", Runs, "--suppressions", Suppressions, "--key-ring", Ring, .. more]);

    /// <summary>The row of a customer.</summary>
    public static TableRow Row(string run, string user) => RunReader.Read(run, Recipients.DataSet).Single(row => row.Text(Recipients.UserId) == user);

    /// <summary>The reason of each customer in a run who is not mailed, or nothing.</summary>
    public static string Reasons(string run, params string[] users) =>
        string.Join(' ', users.Select(user => $"{user}={Row(run, user).Text(Recipients.Reason)}"));

    /// <summary>A customer's salt; null where there is none.</summary>
    public byte[]? SaltOf(string user)
    {
        using SubjectSalts salts = KeyStore.Open(Store).FindSalts(IndexOf(user));
        return salts.Has(0) ? salts[0].ToArray() : null;
    }

    /// <summary>Decrypts a customer's address as a sender does.</summary>
    public string Decrypt(string run, string user)
    {
        using LocalKeyRing keys = LocalKeyRing.Open(Ring);
        return mailing.Decrypt(keys, run, Row(run, user), Store);
    }

    /// <summary>Tries every data key with every salt there is, of any customer and none, on a customer's cell.</summary>
    /// <returns>What came of it; null for nothing.</returns>
    public string? DecryptByAnyMeans(string run, string user)
    {
        TableRow row = Row(run, user);
        byte[] cell = Convert.FromBase64String(row.Text(Recipients.EmailCiphertext)!);
        using LocalKeyRing keys = LocalKeyRing.Open(Ring);
        KeyStore store = KeyStore.Open(Store);
        var everybody = new TextIndex();
        foreach (string other in Mailing.Customers)
            everybody.Add(Encoding.UTF8.GetBytes(other));
        using SubjectSalts salts = store.FindSalts(everybody);
        byte[][] allSalts = [[], new byte[SubjectSalts.Length], .. Enumerable.Range(0, everybody.Count).Where(salts.Has).Select(n => salts[n].ToArray())];
        foreach (DataKeyRecord record in store.ListDataKeys().ToArray())
        {
            using DataKey key = store.OpenDataKey(keys, record.Id, record.Context);
            foreach (byte[] salt in allSalts)
            {
                if (Open(cell, key, salt, record.Context, user, row.Text(Recipients.SubjectKey)!) is { } address)
                    return address;
            }
        }
        return null;
    }

    private static string? Open(byte[] cell, DataKey key, byte[] salt, EncryptionContext context, string user, string subjectKey)
    {
        using AesGcm cipher = AddressCell.NewCipher(key, salt, new byte[AddressCell.CommitmentBytes]);
        ReadOnlySpan<byte> ordinal = cell.AsSpan(AddressCell.OrdinalAt, sizeof(long));
        byte[] nonce = new byte[AddressCell.NonceBytes], address = new byte[cell.Length - AddressCell.Overhead];
        AddressCell.WriteNonce(ordinal, nonce);
        byte[] file = AddressCell.BindFile(cell.AsSpan(AddressCell.IdAt, DataKey.IdLength), context), id = Encoding.UTF8.GetBytes(user);
        try
        {
            cipher.Decrypt(
                nonce, cell.AsSpan(AddressCell.TextAt, address.Length), cell.AsSpan()[^AddressCell.TagBytes..], address,
                AddressCell.Bind(file, ordinal, id, subjectKey, new byte[AddressCell.BoundLength(file, id, subjectKey)]));
            return Encoding.UTF8.GetString(address);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>All files but the customer files, with their content: a picture of everything that could change.</summary>
    public SortedDictionary<string, string> Snapshot() => new(
        new[] { Runs, Path.GetDirectoryName(Ring)!, Path.GetDirectoryName(Suppressions)! }.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Where(path => Path.GetFileName(path) is not (".lock" or ".lease"))
            .ToDictionary(path => path, path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))),
        StringComparer.Ordinal);

    /// <summary>Which files but the customer files have some bytes in them, as such, in hexadecimal or in base64.</summary>
    public string[] FilesWith(byte[] secret)
    {
        string[] forms = [Encoding.Latin1.GetString(secret), Convert.ToHexString(secret), Convert.ToHexStringLower(secret), Convert.ToBase64String(secret)[..(secret.Length / 3 * 4)]];
        return [.. Snapshot().Keys.Where(path => Encoding.Latin1.GetString(File.ReadAllBytes(path)) is var text && forms.Any(form => text.Contains(form, StringComparison.OrdinalIgnoreCase)))];
    }

    public string[] Receipt() => Directory.Exists(Receipts) ? [.. Directory.EnumerateFiles(Receipts, "*.json")] : [];

    private static TextIndex IndexOf(string user)
    {
        var index = new TextIndex();
        index.Add(Encoding.UTF8.GetBytes(user));
        return index;
    }
}
