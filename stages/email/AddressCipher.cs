using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Keys;

namespace Pipeline.Email;

/// <summary>
/// Encrypts addresses, a cell each: AES-256-GCM under a key that only this object uses, derived from the ring and a random salt.
/// A cell is format (1 byte), salt (16), nonce (12), ciphertext, tag (16); it opens only together with the customer and the subject key
/// it was made for. Dispose it to wipe the key. Not thread-safe.
/// </summary>
internal sealed class AddressCipher : IDisposable
{
    private const byte Format = 1;
    private const int SaltBytes = 16;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const string Purpose = "email";

    private readonly byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
    private readonly AesGcm cipher;
    private readonly long maxCells;
    private long cells;

    /// <summary>Creates a cipher with a key of its own.</summary>
    /// <param name="ring">The keys.</param>
    /// <param name="maxCells">Fewer cells than <see cref="MaxCells"/>, for tests.</param>
    public AddressCipher(KeyRing ring, long maxCells = MaxCells)
    {
        cipher = NewCipher(ring, salt);
        this.maxCells = maxCells;
    }

    /// <summary>Most cells under one key; half of what NIST SP 800-38D, section 8.3, allows.</summary>
    public const long MaxCells = 1L << 31;

    /// <summary>Encrypts an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="userId">The customer, UTF-8.</param>
    /// <param name="subjectKey">The customer's subject key.</param>
    /// <returns>The cell as base64.</returns>
    /// <exception cref="InvalidOperationException"><see cref="MaxCells"/> are reached: go on with a new cipher.</exception>
    public string Encrypt(EmailAddress address, ReadOnlySpan<byte> userId, string subjectKey)
    {
        if (cells == maxCells)
            throw new InvalidOperationException("The key has encrypted as many cells as it may.");
        Span<byte> cell = stackalloc byte[1 + SaltBytes + NonceBytes + EmailAddress.MaxLength + TagBytes];
        cell = cell[..(1 + SaltBytes + NonceBytes + address.Normalised.Length + TagBytes)];
        cell[0] = Format;
        salt.CopyTo(cell[1..]);
        // A counter cannot repeat under its key; random nonces could.
        Span<byte> nonce = cell.Slice(1 + SaltBytes, NonceBytes);
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[(NonceBytes - sizeof(long))..], cells++);
        cipher.Encrypt(
            nonce, address.Normalised, cell[(1 + SaltBytes + NonceBytes)..^TagBytes], cell[^TagBytes..], Context(userId, subjectKey));
        return Convert.ToBase64String(cell);
    }

    /// <summary>Decrypts a cell, for the sender of the mails.</summary>
    /// <param name="ring">The ring it was encrypted with.</param>
    /// <param name="cell">The cell as base64.</param>
    /// <param name="userId">The customer, UTF-8.</param>
    /// <param name="subjectKey">The customer's subject key.</param>
    /// <exception cref="CryptographicException">It is no cell, has been changed, or belongs to another customer or ring; nothing is given out.</exception>
    public static byte[] Decrypt(KeyRing ring, string cell, ReadOnlySpan<byte> userId, string subjectKey)
    {
        var bytes = new byte[cell.Length];
        if (!Convert.TryFromBase64String(cell, bytes, out int length) || length <= 1 + SaltBytes + NonceBytes + TagBytes || bytes[0] != Format)
            throw new CryptographicException("This is no encrypted address.");
        ReadOnlySpan<byte> whole = bytes.AsSpan(0, length);
        // The decoder passes over blanks and spare bits; a cell has one spelling only.
        if (!cell.AsSpan().SequenceEqual(Convert.ToBase64String(whole)))
            throw new CryptographicException("This is no encrypted address.");
        using AesGcm cipher = NewCipher(ring, whole.Slice(1, SaltBytes));
        var address = new byte[length - 1 - SaltBytes - NonceBytes - TagBytes];
        cipher.Decrypt(
            whole.Slice(1 + SaltBytes, NonceBytes), whole[(1 + SaltBytes + NonceBytes)..^TagBytes], whole[^TagBytes..], address,
            Context(userId, subjectKey));
        return address;
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose() => cipher.Dispose();

    private static AesGcm NewCipher(KeyRing ring, ReadOnlySpan<byte> salt)
    {
        byte[] key = ring.Derive(Purpose, salt);
        try
        {
            return new AesGcm(key, TagBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>What a cell is bound to. The length in front keeps two pairs from reading alike.</summary>
    private static byte[] Context(ReadOnlySpan<byte> userId, string subjectKey)
    {
        byte[] label = Encoding.UTF8.GetBytes($"pipeline/email/v{Format}:{userId.Length}:");
        byte[] subject = Encoding.UTF8.GetBytes(subjectKey);
        return [.. label, .. userId, .. subject];
    }
}
