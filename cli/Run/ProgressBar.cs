using Spectre.Console;

namespace Pipeline.Cli.Run;

/// <summary>A bar on stderr while something long is done, where a person looks; nothing where none does.</summary>
internal static class ProgressBar
{
    /// <summary>Does the work under a bar that is gone afterwards.</summary>
    /// <param name="what">What is done, in a word or two.</param>
    /// <param name="total">What will have been reported when all is done.</param>
    /// <param name="work">The work; it reports how much is done so far.</param>
    public static void Show(string what, long total, Action<IProgress<long>> work)
    {
        if (Console.IsErrorRedirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")))
        {
            work(new Reports(_ => { }));
            return;
        }
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Progress().AutoClear(true).Start(context =>
        {
            ProgressTask bar = context.AddTask(what, maxValue: Math.Max(total, 1));
            work(new Reports(done => bar.Value = done));
        });
    }

    /// <summary>Unlike the library's, in the thread that reports.</summary>
    private sealed class Reports(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}
