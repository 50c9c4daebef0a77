using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Aws.Tests.Images;

/// <summary>A small shop's files, and the command line of each stage for it, from any folder they lie in.</summary>
internal static class Shop
{
    /// <summary>Domains and letters that ICU, its absence and cultures treat differently.</summary>
    private static readonly string[] Addresses =
    [
        "INFO@EXAMPLE.COM", "Illi.I@GMAIL.COM", "INFO@B\u00DCCHER.EXAMPLE", "dan@EX\u00C4MPLE.com", "eve@bu\u0308cher.example", "FAY@STRASSE.I\u00CE.EXAMPLE",
        "gus@stra\u00DFe.example", "hal@\u03B2\u03CC\u03BB\u03BF\u03C2.com", "ivy@\uFB01.com", "joe@\u0130.example", "\u0130nfo@example.com", "ann@exam\u200Dple.com",
    ];

    /// <summary>Writes the files and a key ring.</summary>
    public static void Write(TempFolder folder)
    {
        string[] users = [.. Enumerable.Range(0, Addresses.Length).Select(n => $"user-{n:00}")];
        folder.Write("interactions.csv", "user_id,item_id,time\n" + string.Concat(users.Select((user, n) =>
            $"{user},{(n % 2 == 0 ? "kettle" : "cups")},2026-01-10T11:00:00\n{user},item-{n % 3},2026-01-09T11:00:00\n")));
        folder.Write("customers.csv", "user_id,email\n" + string.Concat(users.Zip(Addresses, (user, address) => $"{user},{address}\n")));
        string ring = folder.Write("ring.json", $$"""{ "format": 1, "version": 1, "secret": "{{Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(n => (byte)n)])}}" }""");
        File.SetUnixFileMode(ring, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>What a stage is told.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="folder">Where the files are, as the stage sees it.</param>
    /// <param name="run">Name of the run in it.</param>
    public static string[] Arguments(StageContract stage, string folder, string run)
    {
        string[] options = stage.Name switch
        {
            // A zone's rules come from the image.
            "load" => ["--interactions", $"{folder}/interactions.csv", "--time-zone", "Europe/Istanbul"],
            "email" =>
            [
                "--customers", $"{folder}/customers.csv", "--key-ring", $"{folder}/ring.json", "--max-invalid", "100%", "--without-suppressions",
                "--platform", "google", "--legal-basis", "consent",
            ],
            _ => [],
        };
        return ["--run", $"{folder}/{run}", .. options];
    }

    /// <summary>Runs stages on the desk.</summary>
    public static void RunHere(TempFolder folder, string run, params IEnumerable<StageContract> stages)
    {
        foreach (StageContract stage in stages)
            StageRunner.MustRun(stage, Arguments(stage, folder.Path, run));
    }
}
