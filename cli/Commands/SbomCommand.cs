using System.CommandLine;
using System.Runtime.InteropServices;
using Pipeline.Cli.Images;
using Pipeline.Flow;
using Pipeline.Hosting;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline sbom</c>: what code of others is in a stage's image, from the lock files and without a network.</summary>
internal static class SbomCommand
{
    public static Command Create()
    {
        var stage = new Option<string>("--stage") { HelpName = "STAGE", Description = "The stage.", Required = true };
        var architecture = new Option<string>("--architecture")
        {
            HelpName = "NAME",
            Description = "amd64 or arm64. Default: this machine's.",
            DefaultValueFactory = _ => ThisArchitecture,
        };
        var sources = new Option<string>("--sources") { HelpName = "FOLDER", Description = "The checkout. Default: this folder.", DefaultValueFactory = _ => "." };
        var output = new Option<string?>("--output") { HelpName = "FILE", Description = "Where to put it. Default: stdout." };
        var command = new Command("sbom", "Write a CycloneDX SBOM of a stage: its NuGet packages and DuckDB's library, with hashes.")
        {
            stage, architecture, sources, output,
        };
        command.SetAction(parsed =>
        {
            string name = parsed.GetValue(stage)!;
            if (!NightlyFlow.Stages.Any(s => s.Stage.Name == name))
                throw new StageException(ExitCode.Usage, $"There is no stage '{name}', only {string.Join(", ", NightlyFlow.Stages.Select(s => s.Stage.Name))}.");
            byte[] document = Sbom.Of(parsed.GetValue(sources)!, name, parsed.GetValue(architecture)!, typeof(Sbom).Assembly.GetName().Version!.ToString(3));
            if (parsed.GetValue(output) is string path)
            {
                File.WriteAllBytes(path, document);
                return;
            }
            using Stream stdout = Console.OpenStandardOutput();
            stdout.Write(document);
        });
        return command;
    }

    private static string ThisArchitecture => RuntimeInformation.OSArchitecture == Architecture.X64 ? "amd64" : RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
}
