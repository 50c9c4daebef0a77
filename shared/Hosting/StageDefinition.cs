using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Hosting;

/// <summary>What a stage brings: everything else about being a stage is <see cref="StageHost"/>'s.</summary>
/// <typeparam name="TOptions">The stage's options record.</typeparam>
public sealed record StageDefinition<TOptions>
{
    /// <summary>Its name and the folders it writes and reads.</summary>
    public required StageContract Stage { get; init; }

    /// <summary>What it does, in a sentence, for the help.</summary>
    public required string Summary { get; init; }

    /// <summary>Makes the options record; called twice, see <see cref="OptionReader"/>.</summary>
    public required Func<OptionReader, TOptions> Parse { get; init; }

    /// <summary>The work. What it wrote becomes an output only if it returns.</summary>
    public required Func<TOptions, StageContext, CancellationToken, Task> Run { get; init; }

    /// <summary>
    /// Names and identities of inputs that are neither options nor files, such as keys: they decide the result and go into the
    /// fingerprint. Called under the lease, before the work. Null where there are none.
    /// </summary>
    public Func<TOptions, ILogger, IReadOnlyDictionary<string, string>>? FurtherInputs { get; init; }

    /// <summary>Whether what the stage did outside its folder is still there, asked when its output is. Null where it does nothing outside.</summary>
    public Func<TOptions, RunFolder, Manifest, CancellationToken, Task<bool>>? IsInPlace { get; init; }

    /// <summary>Whether the stage was told only to try: it then leaves no output, and one that is there stays. Null where it cannot be told so.</summary>
    public Func<TOptions, bool>? IsTrial { get; init; }
}
