using System.Diagnostics;
using System.Text.Json.Nodes;
using Pipeline.Testing;

namespace Pipeline.Infra.Tests;

/// <summary>The checkers that others trust, pinned and installed by <c>./pipeline tools</c>.</summary>
public sealed class LintTests
{
    private static readonly string Moto = Path.Combine(Checkout.Root, "artifacts", "moto");
    /// <summary>It has no module that Python starts by name.</summary>
    private const string Start = "from cfnlint.runner import main; main()";

    private static readonly string AslValidator = Path.Combine(Checkout.Root, "artifacts", "asl-validator", "node_modules", "asl-validator", "dist", "bin", "asl-validator.js");

    [TestCase("dev")]
    [TestCase("prod")]
    public void CfnLint_has_nothing_to_say(string environment)
    {
        (int code, string output) = Run("python3", ["-c", Start, "--version"]);
        string wanted = File.ReadLines(Path.Combine(Checkout.Root, "tests", "moto.txt")).Single(line => line.StartsWith("cfn-lint==", StringComparison.Ordinal));
        if (code != 0 || !output.TrimEnd().EndsWith(" " + wanted["cfn-lint==".Length..], StringComparison.Ordinal))
            Assert.Ignore($"{wanted} is not installed, which checks templates: './pipeline tools' installs it to {Moto}, and needs python3 with pip.");
        using var folder = new TempFolder();
        string template = folder.Write("template.json", (environment == "dev" ? Template.Dev : Template.Prod).Bytes);
        // W3005: CDK waits for the state machine's role twice, which does no harm.
        (code, output) = Run("python3", ["-c", Start, "--ignore-checks", "W3005", "--", template]);
        Assert.That((code, output), Is.EqualTo((0, "")));
    }

    [Test]
    public void Asl_validator_has_nothing_to_say()
    {
        if (!File.Exists(AslValidator))
            Assert.Ignore($"asl-validator is not installed, which checks state machines: './pipeline tools' installs it to {Path.Combine(Checkout.Root, "artifacts", "asl-validator")}, and needs npm.");
        using var folder = new TempFolder();
        string definition = (string)Template.Dev.Single("AWS::StepFunctions::StateMachine").Properties["DefinitionString"]!;
        (int code, string output) = Run("node", [AslValidator, "--json-definition", definition]);
        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Contain("valid").And.Not.Contain("invalid"));

        // It ends with 0 whatever it finds, so what it says of a mistake must be known.
        JsonNode broken = JsonNode.Parse(definition)!;
        broken["States"]!["begin load"]!["Next"] = "nowhere";
        (_, output) = Run("node", [AslValidator, "--json-definition", broken.ToJsonString()]);
        Assert.That(output, Does.Contain("invalid").Or.Contain("nowhere"));
    }

    private static (int Code, string Output) Run(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONPATH"] = Moto;
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + error.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, $"{program} is not there");
        }
    }
}
