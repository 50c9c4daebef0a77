using System.Globalization;
using Pipeline.Hosting;
using Pipeline.Keys;

namespace Pipeline.Cli.Keys;

/// <summary>Gives all data keys of the key store the current wrapping key. Each is one change of one file, so that it can stop anywhere.</summary>
internal static class Rewrapping
{
    public static int Run(KeyOptions options, CancellationToken cancellation)
    {
        using IKeyProvider keys = options.Open();
        KeyStore store = KeyFlags.OpenStore(options);
        using IDisposable turn = store.Lock();
        DataKeyRecord[] all = [.. store.ListDataKeys()], old = [.. all.Where(key => !keys.IsCurrent(key.Wrapped))];
        KeyVersion current = keys.WrappingVersions[^1];
        if (old.Length == 0)
        {
            Console.WriteLine($"nothing to do: all {all.Length:N0} data keys are wrapped with version {current.Number}, {current.KeyId}");
            return 0;
        }
        ConsoleTable table = new ConsoleTable().Words("data key").Words("run").Numbers("from version").Numbers("to version");
        int done = 0;
        try
        {
            foreach (DataKeyRecord key in old)
            {
                cancellation.ThrowIfCancellationRequested();
                store.Rewrap(keys, key.Id);
                table.Row(key.Id, key.Context.Run, Text(key.Wrapped.KeyVersion), Text(current.Number));
                done++;
            }
        }
        finally
        {
            // What was done before a failure stays done.
            table.Print();
            Console.WriteLine($"wrapped {done:N0} of {old.Length:N0} data keys anew, with version {current.Number}, {current.KeyId}; {all.Length - old.Length:N0} had it already");
        }
        return 0;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
