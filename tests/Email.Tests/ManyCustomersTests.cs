using System.Diagnostics;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>More customers than are hashed and encrypted at once.</summary>
public class ManyCustomersTests
{
    private const int Count = 10_000;

    private TempFolder folder = null!;

    [SetUp]
    public void Make() => folder = new TempFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public async Task Each_customer_has_the_own_keys_and_cell_with_any_number_of_threads()
    {
        string customers = WriteCustomers(), ringPath = Rings.Write(folder, "ring.json", Rings.Secret);
        foreach (string threads in (string[])["1", "8"])
        {
            string run = folder.File($"run-{threads}");
            await PrepareAsync(run);
            StageRunner.MustRun(Stages.Email, "--run", run, "--customers", customers, "--key-ring", ringPath, "--without-suppressions", "--threads", threads);
            AssertAllOpen(run, ringPath, $"{threads} threads");
        }
    }

    /// <summary>Killed while it makes salts, data keys or the output, at whatever point: the next start works, and everything opens.</summary>
    [Test]
    public async Task Killed_stage_leaves_a_key_store_that_the_next_start_works_with()
    {
        string customers = WriteCustomers(), ring = Rings.Write(folder, "ring.json", Rings.Secret), done = folder.File("done"), run = folder.File("run");
        await PrepareAsync(done);
        await PrepareAsync(run);
        StageRunner.MustRun(Stages.Email, "--run", done, "--customers", customers, "--key-ring", ring, "--without-suppressions", "--key-store", folder.File("other-store"));
        int killed = 0;
        foreach (int milliseconds in (int[])[250, 300, 350, 400, 450, 500, 600, 700, 850, 1000])
        {
            using Process process = StageRunner.Start(Stages.Email, ["--run", run, "--customers", customers, "--key-ring", ring, "--without-suppressions"]);
            if (!process.WaitForExit(milliseconds))
                killed++;
            process.Kill();
            process.WaitForExit();
        }
        Assert.That(killed, Is.Positive);
        StageRunner.MustRun(Stages.Email, "--run", run, "--customers", customers, "--key-ring", ring, "--without-suppressions");
        AssertAllOpen(run, ring, "after being killed");
        Assert.That(
            Directory.GetFiles(folder.File("keystore/subjects")).Select(Path.GetFileName),
            Is.EquivalentTo(Directory.GetFiles(folder.File("other-store/subjects")).Select(Path.GetFileName)));
    }

    private string WriteCustomers() => folder.Write(
        "customers.csv", "user_id,email\n" + string.Concat(Enumerable.Range(0, Count).Reverse().Select(n => $"user-{n},Mail.{n}@example.com\n")));

    private void AssertAllOpen(string run, string ringPath, string what)
    {
        using LocalKeyRing ring = LocalKeyRing.Open(ringPath);
        TableRow[] rows = [.. RunReader.Read(run, Recipients.DataSet)];
        Assert.That(rows, Has.Length.EqualTo(Count));
        var users = new TextIndex();
        foreach (TableRow row in rows)
            users.Add(Encoding.ASCII.GetBytes(row.Text(Recipients.UserId)!));
        var store = KeyStore.Open(folder.File("keystore"));
        using SubjectSalts salts = store.FindSalts(users);
        using var reader = new AddressReader(store, ring, AddressCell.ContextOf(Path.GetFileName(run), "default"));
        for (int n = 0; n < Count; n++)
        {
            string address = $"mail.{n}@example.com", subjectKey = rows[n].Text(Recipients.SubjectKey)!;
            byte[] opened = reader.Decrypt(rows[n].Text(Recipients.EmailCiphertext)!, users[n], subjectKey, salts[n]);
            if (rows[n].Text(Recipients.UserId) != $"user-{n}" || !rows[n].Flag(Recipients.Send) || Encoding.ASCII.GetString(opened) != address
                || subjectKey != Rfc.SubjectKey(Rings.Secret, 1, address) || rows[n].Text(Recipients.MailboxKey) != Rfc.MailboxKey(Rings.Secret, 1, address))
            {
                Assert.Fail($"row {n}, {what}");
            }
        }
        Assert.That(rows.Select(row => row.Text(Recipients.DataKeyId)).Distinct().Count(), Is.EqualTo(1));
    }

    private static async Task PrepareAsync(string run)
    {
        var users = new ColumnBatch(Users.Schema, Count);
        var lists = new ColumnBatch(Recommendations.Schema, Count);
        for (int n = 0; n < Count; n++)
        {
            users.Values<int>(Users.UserIndex)[n] = n;
            users.Text(Users.UserId).Append($"user-{n}");
            users.Values<long>(Users.FirstTime)[n] = users.Values<long>(Users.LastTime)[n] = 1_768_000_000_000_000;
            users.Nulls(Users.LastPurchase)[n] = true;
            users.Count++;
            lists.Text(Recommendations.UserId).Append($"user-{n}");
            lists.Values<int>(Recommendations.Rank)[n] = 1;
            lists.Text(Recommendations.ItemId).Append("kettle");
            lists.Text(Recommendations.Source).Append("sar");
            lists.Text(Recommendations.BecauseItemId).AppendNull();
            lists.Text(Recommendations.Segment).Append("regular");
            lists.Count++;
        }
        await RunWriter.WriteAsync(run, Stages.Transform, (Users.DataSet, [users]));
        await RunWriter.WriteAsync(run, Stages.Train, (Recommendations.DataSet, [lists]));
    }
}
