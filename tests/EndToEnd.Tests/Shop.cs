using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>A small invented shop and runs of it, in a folder of one test.</summary>
internal sealed class Shop : IDisposable
{
    private readonly TempFolder folder = new();

    /// <summary>Generates the shop.</summary>
    public Shop(int interactions = 8_000) => Tool.MustRun(
        "generate", "--users", "400", "--items", "80", "--interactions", $"{interactions}", "--seed", "5", "--output", this["shop"]);

    public string Interactions => this["shop/interactions.csv"];

    /// <summary>Path of a name in the test's folder.</summary>
    public string this[string name] => folder.File(name);

    /// <summary>The command line of a run into a folder of the given name, with further options.</summary>
    public IReadOnlyList<string> Command(string run, params IReadOnlyList<string> more) =>
    [
        "run", "--run", this[run], "--interactions", Interactions, "--catalogue", this["shop/catalogue.csv"],
        "--customers", this["shop/customers.csv"], "--without-suppressions", "--key-ring", this["keys.json"], .. more,
    ];

    /// <summary>Runs all stages.</summary>
    public StageResult Run(string run, params IReadOnlyList<string> more) => Tool.Run(Command(run, more));

    /// <summary>Runs all stages and fails the test where one fails.</summary>
    public StageResult MustRun(string run, params IReadOnlyList<string> more) => Tool.MustRun(Command(run, more));

    /// <summary>What a stage left in a run.</summary>
    public StageFolder Folder(string run, StageContract stage) => new(this[run], stage);

    public void Dispose() => folder.Dispose();
}
