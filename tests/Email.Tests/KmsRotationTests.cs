using System.Diagnostics;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary><c>pipeline keys</c> with keys in KMS, against a server that speaks KMS.</summary>
public class KmsRotationTests
{
    private Moto moto = null!;
    private Mailing mailing = null!;
    private KmsGateway gateway = null!;

    [OneTimeSetUp]
    public void Start()
    {
        moto = Moto.Start();
        mailing = new Mailing();
        gateway = new KmsGateway(moto);
    }

    [OneTimeTearDown]
    public void Stop()
    {
        gateway?.Dispose();
        mailing?.Dispose();
        moto?.Dispose();
    }

    /// <summary>The data key itself never leaves KMS, and is not asked for a second time.</summary>
    [Test]
    public void Data_keys_are_wrapped_anew_within_KMS_and_open_with_the_new_key_alone()
    {
        string macKey = moto.CreateMacKey(), oldKey = moto.CreateDataKey(), newKey = moto.CreateDataKey();
        string run = mailing.NewRun("kms/night-1"), store = mailing.Folder.File("kms-store"), both = $"{oldKey},{newKey}";
        string customers = mailing.Folder.Write("kms-customers.csv", "user_id,email,consent\nann,ann@example.com,yes\n");
        StageResult email = StageRunner.Run(
            Stages.Email, ["--run", run, "--customers", customers, "--without-suppressions", "--kms-mac-key", macKey, "--kms-data-key", oldKey, "--key-store", store],
            moto.Environment(gateway.Address));
        Assert.That(email.ExitCode, Is.Zero, email.Error);
        string[] keys = ["--kms-mac-key", macKey, "--kms-data-key", both, "--key-store", store];
        string[] retire = ["keys", "retire", "--version", "1", "--runs", mailing.Folder.File("kms"), .. keys];
        Assert.That(Tool(retire).Error, Does.Contain("Version 1 stays: there are still 1 data key in 1 place of it."));
        int before = gateway.Calls.Count;

        StageResult first = Tool(["keys", "rewrap", .. keys]), second = Tool(["keys", "rewrap", .. keys]);

        Assert.Multiple(() =>
        {
            Assert.That((first.ExitCode, second.ExitCode), Is.EqualTo((0, 0)), first.Error + second.Error);
            Assert.That(gateway.Calls.Skip(before).Select(call => call.Operation), Is.EqualTo(new[] { "ReEncrypt" }));
            Assert.That(first.Output, Does.Contain("wrapped 1 of 1 data keys anew, with version 2"));
            Assert.That(second.Output, Does.StartWith("nothing to do"));
        });
        StageResult retired = Tool(retire);
        Assert.That(retired.ExitCode, Is.Zero, retired.Error);
        Assert.That(retired.Output, Does.StartWith("nothing is left of version 1: take its ARN out of --kms-data-key"));
        Assert.That(gateway.Calls.Select(call => call.Operation), Has.None.EqualTo("Decrypt"));

        // As an operator types it after that.
        StageResult erased = Tool(
        [
            "erase", "--customer", "ann", "--runs", mailing.Folder.File("kms"), "--suppressions", mailing.Folder.File("kms-list.csv"),
            "--kms-mac-key", macKey, "--kms-data-key", $"2={newKey}", "--key-store", store,
        ]);
        Assert.That(erased.ExitCode, Is.Zero, erased.Error);
        Assert.That(gateway.Calls.Select(call => call.Operation), Has.None.EqualTo("Decrypt"), "Erasing takes no data key.");
    }

    /// <summary>What has been done stays done, and the next start goes on.</summary>
    [Test]
    public void Refused_half_way_it_goes_on_with_those_left()
    {
        string macKey = moto.CreateMacKey(), oldKey = moto.CreateDataKey(), newKey = moto.CreateDataKey(), store = mailing.Folder.File("kms-store-2");
        string customers = mailing.Folder.Write("kms-customers.csv", "user_id,email,consent\nann,ann@example.com,yes\n");
        foreach (string night in (string[])["night-1", "night-2", "night-3"])
        {
            StageResult email = StageRunner.Run(
                Stages.Email, ["--run", mailing.NewRun($"kms-2/{night}"), "--customers", customers, "--without-suppressions", "--kms-mac-key", macKey, "--kms-data-key", oldKey, "--key-store", store],
                moto.Environment(gateway.Address));
            Assert.That(email.ExitCode, Is.Zero, email.Error);
        }
        string[] rewrap = ["keys", "rewrap", "--kms-mac-key", macKey, "--kms-data-key", $"{oldKey},{newKey}", "--key-store", store];
        int calls = 0;
        gateway.Instead = call => call.Operation == "ReEncrypt" && ++calls > 1 ? new KmsAnswer(400, "AccessDeniedException") : null;

        StageResult refused = Tool(rewrap);

        gateway.Instead = null;
        StageResult rest = Tool(rewrap);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.Error);
        Assert.That(refused.Output, Does.Contain("wrapped 1 of 3 data keys anew"));
        Assert.That(rest.ExitCode, Is.Zero, rest.Error);
        Assert.That(rest.Output, Does.Contain("wrapped 2 of 2 data keys anew").And.Contain("1 had it already"));
    }

    private StageResult Tool(string[] arguments)
    {
        using Process process = StageRunner.Start("Cli", arguments, moto.Environment(gateway.Address));
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new StageResult(process.ExitCode, output.Result, error.Result);
    }
}
