
namespace Pipeline.Keys;

/// <summary>
/// A key under which cells of one file are encrypted, opened to read them. Dispose it to wipe it. Thread-safe until then.
/// </summary>
public class DataKey : IDisposable
{
    /// <summary>Size of an id, in bytes.</summary>
    public const int IdLength = 16;

    private const string CommitmentLabel = "pipeline/data-key/commitment/v1";

    private readonly byte[] id;
    private readonly SecretKey key;

    /// <param name="id">Its id.</param>
    /// <param name="key">The key, disposed with this object.</param>
    internal DataKey(byte[] id, SecretKey key)
    {
        this.id = id;
        this.key = key;
        Id = Convert.ToHexStringLower(id);
    }

    /// <summary>Its id in hexadecimal: random, and the name of its file in the key store.</summary>
    public string Id { get; }

    /// <summary>Its id.</summary>
    public ReadOnlySpan<byte> IdBytes => id;

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Bytes => key.Bytes;

    /// <summary>Whether a text is an id as <see cref="Id"/> spells it, and so a safe name of a file.</summary>
    public static bool IsId(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 2 * IdLength && text.All(char.IsAsciiHexDigitLower);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>What tells this key from every other without telling anything about it, so that nothing is decrypted with a wrong one.</summary>
    internal byte[] Commitment()
    {
        using SecretKey commitment = key.Derive($"{CommitmentLabel}/{Id}");
        return commitment.Bytes.ToArray();
    }

    /// <summary>Wipes the key.</summary>
    protected virtual void Dispose(bool isDisposing) => key.Dispose();
}

/// <summary>A fresh data key, the only kind that encrypts: it counts what is encrypted under it and ends at its limits.</summary>
public sealed class NewDataKey : DataKey
{
    private readonly DataKeyLimits limits;
    private readonly TimeProvider clock;
    private readonly long born;
    private readonly Lock gate = new();
    private long cells;
    private long bytes;

    internal NewDataKey(byte[] id, SecretKey key, DataKeyLimits limits, TimeProvider clock) : base(id, key)
    {
        this.limits = limits;
        this.clock = clock;
        born = clock.GetTimestamp();
    }

    /// <summary>
    /// Takes the next number of the counter that is the nonce: no number is given twice. False where a limit is reached, and from then on:
    /// go on with another data key.
    /// </summary>
    /// <param name="length">Bytes that are to be encrypted.</param>
    /// <param name="ordinal">The number, from 0.</param>
    public bool TryUse(int length, out long ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        lock (gate)
        {
            ordinal = cells;
            if (cells >= limits.MaxCells || bytes > limits.MaxBytes - length || clock.GetElapsedTime(born) >= limits.MaxAge)
                return false;
            cells++;
            bytes += length;
            return true;
        }
    }
}

/// <summary>How much one data key may encrypt, and for how long.</summary>
public sealed record DataKeyLimits
{
    /// <summary>What holds outside of tests.</summary>
    public static DataKeyLimits Default { get; } = new();

    /// <summary>Cells; by default half of what NIST SP 800-38D, section 8.3, allows under one key.</summary>
    public long MaxCells { get; init; } = 1L << 31;

    /// <summary>Bytes in clear; by default 2^36, what AES-GCM encrypts under one key and nonce.</summary>
    public long MaxBytes { get; init; } = 1L << 36;

    /// <summary>Time since the key was made; by default a day.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(1);
}
