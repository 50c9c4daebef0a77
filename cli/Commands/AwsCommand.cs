using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Aws;
using Pipeline.Hosting;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline aws</c>: the runs in the cloud, from a person's desk.</summary>
internal static class AwsCommand
{
    private const string DefaultEnvironment = "dev";

    public static Command Create() => new("aws", "Start, watch and stop runs in AWS.") { Start(), Status(), Logs(), Stop(), History() };

    private static Command Start()
    {
        Option<string> environment = Environment();
        var run = new Option<string>("--run")
        {
            HelpName = "NAME",
            Description = "Name of the run; that of one which failed goes on where it stopped. Without it: the hour, in UTC.",
        };
        var command = new Command("start", "Start a run.") { environment, run };
        command.SetAction(async (parsed, cancellation) =>
        {
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            string name = parsed.GetValue(run) ?? now.ToString("yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture);
            if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal))
                throw new StageException(ExitCode.Usage, $"--run '{name}' must not be empty or hold a slash.", null);
            using var executions = new Executions(parsed.GetValue(environment)!);
            string execution = await executions.StartAsync(name, now, cancellation);
            Console.WriteLine($"started {execution}, run {name}");
            Console.WriteLine($"next: ./pipeline aws status --environment {parsed.GetValue(environment)}");
        });
        return command;
    }

    private static Command Status()
    {
        Option<string> environment = Environment();
        Argument<string?> name = Name();
        var command = new Command("status", "Show which stage runs, how long, and what the stages counted.") { environment, name };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var executions = new Executions(parsed.GetValue(environment)!);
            using var logs = new TaskLogs(parsed.GetValue(environment)!);
            Execution execution = await executions.FindAsync(parsed.GetValue(name), cancellation);
            ExecutionHistory history = await executions.HistoryAsync(execution, cancellation);
            await StatusTable.PrintAsync(execution, history, logs, TimeProvider.System.GetUtcNow(), cancellation);
        });
        return command;
    }

    private static Command Logs()
    {
        Option<string> environment = Environment();
        Argument<string?> name = Name();
        var stage = new Option<string?>("--stage") { HelpName = "STAGE", Description = "Only of this stage." };
        var follow = new Option<bool>("--follow") { Description = "Go on until the execution ends." };
        var command = new Command("logs", "Show what the stages wrote.") { environment, name, stage, follow };
        command.SetAction(async (parsed, cancellation) =>
        {
            LogPrinter.Check(parsed.GetValue(stage));
            using var executions = new Executions(parsed.GetValue(environment)!);
            using var logs = new TaskLogs(parsed.GetValue(environment)!);
            Execution execution = await executions.FindAsync(parsed.GetValue(name), cancellation);
            await new LogPrinter(executions, logs, parsed.GetValue(stage)).PrintAsync(execution, parsed.GetValue(follow), cancellation);
        });
        return command;
    }

    private static Command Stop()
    {
        Option<string> environment = Environment();
        Argument<string?> name = Name();
        var command = new Command("stop", "Stop a run; started again with the same name it goes on where it stopped.") { environment, name };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var executions = new Executions(parsed.GetValue(environment)!);
            Execution execution = await executions.FindAsync(parsed.GetValue(name), cancellation);
            if (!execution.IsRunning)
                throw new StageException(ExitCode.Usage, $"{execution.Name} does not run: {execution.Status}.", null);
            await executions.StopAsync(execution, "Stopped with './pipeline aws stop'.", cancellation);
            Console.WriteLine($"stopped {execution.Name}");
        });
        return command;
    }

    private static Command History()
    {
        Option<string> environment = Environment();
        var most = new Option<int>("--k") { HelpName = "N", Description = "How many. Default: 20.", DefaultValueFactory = _ => 20 };
        var command = new Command("history", "List the latest runs.") { environment, most };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var executions = new Executions(parsed.GetValue(environment)!);
            HistoryTable.Print(await executions.ListAsync(parsed.GetValue(most), cancellation), TimeProvider.System.GetUtcNow());
        });
        return command;
    }

    private static Option<string> Environment() => new("--environment")
    {
        HelpName = "NAME",
        Description = $"The environment. Default: {DefaultEnvironment}, or PIPELINE_INFRA_ENVIRONMENT.",
        DefaultValueFactory = _ => System.Environment.GetEnvironmentVariable("PIPELINE_INFRA_ENVIRONMENT") is { Length: > 0 } given ? given : DefaultEnvironment,
    };

    private static Argument<string?> Name() => new("EXECUTION") { Description = "Its name; the newest without it.", Arity = ArgumentArity.ZeroOrOne };
}
