using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Spectre.Console;

namespace Pipeline.Hosting;

/// <summary>
/// Where a stage's words go: JSON lines on stdout unless that is a terminal, and readable lines with a progress bar on stderr where
/// a person looks at it.
/// </summary>
internal sealed class StageLog : IDisposable
{
    private readonly ILoggerFactory factory;
    private readonly IDisposable? scope;

    private StageLog(ILoggerFactory factory, ILogger log, IDisposable? scope, IAnsiConsole? person)
    {
        this.factory = factory;
        this.scope = scope;
        Log = log;
        Person = person;
    }

    public ILogger Log { get; }

    /// <summary>The terminal a person looks at; null where there is none.</summary>
    public IAnsiConsole? Person { get; }

    public static StageLog Start(StageContract stage, string run)
    {
        bool isWatched = !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));
        bool isJson = Console.IsOutputRedirected;
        IAnsiConsole? person = isWatched || !isJson
            ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
            : null;
        ILoggerFactory factory = LoggerFactory.Create(builder =>
        {
            builder.SetMinimumLevel(LogLevel.Information);
            if (isJson)
            {
                builder.AddJsonConsole(options =>
                {
                    options.IncludeScopes = true;
                    options.UseUtcTimestamp = true;
                    options.JsonWriterOptions = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
                    options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                });
            }
            if (person is not null)
                builder.AddProvider(new PersonLoggerProvider(person, stage.Name));
        });
        ILogger log = factory.CreateLogger("Pipeline." + stage.Name);
        return new StageLog(factory, log, log.BeginScope("{run} {stage}", run, stage.Name), isWatched ? person : null);
    }

    public void Dispose()
    {
        scope?.Dispose();
        factory.Dispose();
    }

    /// <summary>Lines for people: the time, the stage, the message. Progress is a bar instead.</summary>
    private sealed class PersonLoggerProvider(IAnsiConsole console, string stage) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel level, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId == LogEvents.Progress || eventId == LogEvents.Failed)
                return;
            string color = level >= LogLevel.Error ? "red" : level >= LogLevel.Warning ? "yellow" : "default";
            console.MarkupLine($"[grey]{DateTime.Now:HH:mm:ss} {Markup.Escape(stage)}[/] [{color}]{Markup.Escape(formatter(state, exception))}[/]");
            if (state is TableValues values)
                values.Table.WriteTo(console);
        }

        public void Dispose() { }
    }
}

/// <summary>Log lines that programs look for.</summary>
public static class LogEvents
{
    /// <summary>How far the stage is: values <c>step</c>, <c>done</c>, <c>total</c> (0 when unknown), <c>unit</c>, and where they are known <c>rows</c> and <c>seconds_left</c>.</summary>
    public static readonly EventId Progress = new(1, "progress");

    /// <summary>The end of a stage that finished: values <c>seconds</c>, <c>rows_per_second</c>, <c>peak_mb</c> and all counters.</summary>
    public static readonly EventId Finished = new(2, "finished");

    /// <summary>The end of a stage that failed: values <c>code</c>, <c>hint</c>.</summary>
    public static readonly EventId Failed = new(3, "failed");

    /// <summary>The output was there before: nothing was done.</summary>
    public static readonly EventId Skipped = new(4, "skipped");

    /// <summary>A table: its figures as values, and <c>table</c>, the lines of it for people.</summary>
    public static readonly EventId Table = new(5, "table");
}
