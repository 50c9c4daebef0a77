using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Keys;

/// <summary>
/// 32 secret bytes in memory that the garbage collector does not move, so that no copy of them is left behind. Dispose it to wipe them.
/// Thread-safe until then.
/// </summary>
public sealed class SecretKey : IDisposable
{
    /// <summary>Size of every key, in bytes.</summary>
    public const int Length = 32;

    private readonly byte[] bytes = GC.AllocateUninitializedArray<byte>(Length, pinned: true);
    private bool isWiped;

    private SecretKey() { }

    /// <summary>Takes a copy of a key; the original is the caller's to wipe.</summary>
    /// <exception cref="ArgumentException">It has not <see cref="Length"/> bytes.</exception>
    public SecretKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length)
            throw new ArgumentException($"A key has {Length} bytes, not {key.Length}.", nameof(key));
        key.CopyTo(bytes);
    }

    /// <summary>The key.</summary>
    /// <exception cref="ObjectDisposedException">It has been wiped.</exception>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(isWiped, this);
            return bytes;
        }
    }

    /// <summary>A fresh key.</summary>
    public static SecretKey Random()
    {
        var key = new SecretKey();
        RandomNumberGenerator.Fill(key.bytes);
        return key;
    }

    /// <summary>Another key that follows from this one: HKDF-SHA-256 (RFC 5869) without salt.</summary>
    /// <param name="label">What the other key is for; the info of HKDF.</param>
    public SecretKey Derive(string label)
    {
        var key = new SecretKey();
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Bytes, key.bytes, [], Encoding.UTF8.GetBytes(label));
        WipeStack();
        return key;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        isWiped = true;
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>The cryptographic library leaves what it computed on the stack, below where it returns to: in its place this writes zeros.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WipeStack()
    {
        Span<byte> left = stackalloc byte[32 * 1024];
        CryptographicOperations.ZeroMemory(left);
    }

    /// <summary>Names the type and nothing of the key.</summary>
    public override string ToString() => nameof(SecretKey);
}
