using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Flow;
using Pipeline.Hosting;

namespace Pipeline.Cli.Run;

/// <summary>A stage's executable as a child process. Its options reach it as environment variables, as they do on any other machine.</summary>
internal static partial class StageProcess
{
    private const int SigTerm = 15;

    /// <summary>Runs a stage to its end; a cancellation asks it to stop and waits until it has.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="flags">Its options, and those of the other stages.</param>
    /// <param name="args">Arguments besides the options.</param>
    /// <param name="onLine">Told of each line it writes to its standard output.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Its exit code and what it wrote to its standard error.</returns>
    public static async Task<(int ExitCode, string Error)> RunAsync(
        FlowStage stage, IReadOnlyDictionary<string, string> flags, IReadOnlyList<string> args, Action<string> onLine, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var process = new Process { StartInfo = StartInfo(stage, flags, args) };
        var error = new StringBuilder();
        process.OutputDataReceived += (_, e) =>
        {
            if (!string.IsNullOrEmpty(e.Data))
                onLine(e.Data);
        };
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is not null)
                error.AppendLine(e.Data);
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using (cancellation.Register(() => Stop(process)))
            await process.WaitForExitAsync(CancellationToken.None);
        return (process.ExitCode, error.ToString());
    }

    private static ProcessStartInfo StartInfo(FlowStage stage, IReadOnlyDictionary<string, string> flags, IReadOnlyList<string> args)
    {
        // Beside this program in the build's output: bin/Cli/release, bin/Load/release ...
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        string assembly = Path.Combine(here.Parent!.Parent!.FullName, stage.Project, here.Name, stage.AssemblyFile);
        if (!File.Exists(assembly))
            throw new StageException(ExitCode.Usage, $"The stage {stage.Stage} is not built: '{assembly}' does not exist.", "Run 'dotnet build Pipeline.sln -c Release'.");
        var info = new ProcessStartInfo(DotnetPath)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (string arg in (IEnumerable<string>)[assembly, .. args])
            info.ArgumentList.Add(arg);
        foreach ((string name, string value) in flags)
            info.Environment[OptionReader.EnvironmentName(name)] = value;
        return info;
    }

    /// <summary>The <c>dotnet</c> that runs this program, found from its runtime: it need not be on the path.</summary>
    private static string DotnetPath => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private static void Stop(Process process)
    {
        // A stage that ended on its own in the meantime cannot be told anything, and need not.
        if (OperatingSystem.IsWindows())
            process.Kill();
        else
            _ = Kill(process.Id, SigTerm);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
