using System.CommandLine;
using Pipeline.Cli.Keys;
using Pipeline.Hosting;
using Pipeline.Keys;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline keys</c>: which versions of the keys there are, and how one takes the place of another.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "Show the keys behind addresses, and rotate them.") { List(), Rotate(), Rewrap(), Rekey(), Retire() };

    private static Command List()
    {
        var keys = new KeyFlags();
        Command command = New("list", "Show the versions of the keys and what they are in use for.", keys.All);
        command.SetAction(parsed => KeyTable.Print(keys.Read(parsed)));
        return command;
    }

    private static Command Rotate()
    {
        var keys = new KeyFlags();
        Command command = New("rotate", "Add a version of the keys, and so open the window in which two are in use.", keys.All);
        command.SetAction(parsed =>
        {
            if (keys.Read(parsed).KeyRing is not { } ring)
            {
                throw new StageException(
                    ExitCode.Usage, "Keys in AWS KMS are not rotated by this tool, which must not be allowed to make keys.",
                    "Make the new key in KMS and put its ARN behind the old one, as in --kms-mac-key OLD,NEW or --kms-data-key OLD,NEW; from then on the window is open.");
            }
            int version = LocalKeyRing.AddVersion(ring);
            Console.WriteLine($"version {version} is the current one now, version {version - 1} the previous one: the window is open");
            Console.WriteLine("next: './pipeline keys rewrap', then let the nightly runs go on, and retire the previous version when nothing of it is left");
        });
        return command;
    }

    private static Command Rewrap()
    {
        var keys = new KeyFlags();
        Command command = New("rewrap", "Wrap all data keys with the current version. No address and no cell is touched. Started again, it goes on.", keys.All);
        command.SetAction((parsed, cancellation) => Task.FromResult(Rewrapping.Run(keys.Read(parsed), cancellation)));
        return command;
    }

    private static Command Rekey()
    {
        var keys = new KeyFlags();
        var lists = new KeyedListFlags();
        Option<string> runs = Runs();
        Command command = New(
            "rekey", "In the window, give the mailboxes of lists their keys of the current version, as far as the runs tell them.",
            [.. keys.All, runs, .. lists.All]);
        command.SetAction((parsed, cancellation) => Rekeying.RunAsync(keys.Read(parsed), parsed.GetValue(runs)!, lists.Read(parsed), cancellation));
        return command;
    }

    private static Command Retire()
    {
        var keys = new KeyFlags();
        var lists = new KeyedListFlags();
        Option<string> runs = Runs();
        var version = new Option<int>("--version") { HelpName = "N", Description = "The previous version, which closes the window.", Required = true };
        Command command = New(
            "retire", "Remove the previous version for good; exit code 3 as long as anything is of that version.", [.. keys.All, version, runs, .. lists.All]);
        command.SetAction((parsed, cancellation) =>
            Retirement.RunAsync(keys.Read(parsed), parsed.GetValue(version), parsed.GetValue(runs)!, lists.Read(parsed), cancellation));
        return command;
    }

    private static Option<string> Runs() => new("--runs") { HelpName = "FOLDER", Description = "The folder that the runs lie in, at any depth.", Required = true };

    private static Command New(string name, string help, IEnumerable<Option> options)
    {
        var command = new Command(name, help);
        foreach (Option option in options)
            command.Options.Add(option);
        return command;
    }
}
