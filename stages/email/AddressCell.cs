using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Keys;

namespace Pipeline.Email;

/// <summary>
/// The layout of an encrypted address and what it is bound to, for the one that encrypts and the one that decrypts: format (1 byte), data key
/// id (16), row ordinal (8, big-endian), commitment (32), ciphertext, tag (16). It stands byte by byte in the stage's README.
/// </summary>
internal static class AddressCell
{
    public const byte Format = 2;
    public const int IdAt = 1, OrdinalAt = IdAt + DataKey.IdLength, CommitmentAt = OrdinalAt + sizeof(long), TextAt = CommitmentAt + CommitmentBytes;
    public const int CommitmentBytes = 32, NonceBytes = 12, TagBytes = 16;

    /// <summary>Bytes of a cell besides the ciphertext.</summary>
    public const int Overhead = TextAt + TagBytes;

    /// <summary>The column the cells stand in, and the purpose of their data keys.</summary>
    public static readonly string Column = Recipients.EmailCiphertext.Name;

    private static ReadOnlySpan<byte> Label => "pipeline/cell/v2"u8;

    /// <summary>The data key a cell is under.</summary>
    public static string DataKeyIdOf(ReadOnlySpan<byte> cell) => Convert.ToHexStringLower(cell.Slice(IdAt, DataKey.IdLength));

    /// <summary>What the data keys of a run's cells are bound to.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="tenant">Whose data it is.</param>
    public static EncryptionContext ContextOf(string run, string tenant) =>
        new(Column, run, Stages.Email.Name, Recipients.Schema.Contract, tenant);

    /// <summary>
    /// The key of a customer's cells and, beside it, the commitment that tells it from every other: HKDF-SHA-256 of the data key, salted with
    /// the customer's salt, for <see cref="Label"/>, the data key's id and the column.
    /// </summary>
    /// <param name="dataKey">The data key.</param>
    /// <param name="salt">The customer's salt.</param>
    /// <param name="commitment">Takes the commitment.</param>
    public static AesGcm NewCipher(DataKey dataKey, ReadOnlySpan<byte> salt, Span<byte> commitment)
    {
        Span<byte> info = stackalloc byte[Label.Length + DataKey.IdLength + Column.Length];
        Label.CopyTo(info);
        dataKey.IdBytes.CopyTo(info[Label.Length..]);
        Encoding.ASCII.GetBytes(Column, info[(Label.Length + DataKey.IdLength)..]);
        Span<byte> output = stackalloc byte[SecretKey.Length + CommitmentBytes];
        try
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, dataKey.Bytes, output, salt, info);
            output[SecretKey.Length..].CopyTo(commitment);
            return new AesGcm(output[..SecretKey.Length], TagBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(output);
        }
    }

    /// <summary>The nonce of a row: its ordinal, big-endian, behind zeros. Under a key no two cells have one ordinal.</summary>
    public static void WriteNonce(ReadOnlySpan<byte> ordinal, Span<byte> nonce)
    {
        nonce.Clear();
        ordinal.CopyTo(nonce[(NonceBytes - sizeof(long))..]);
    }

    /// <summary>The part of <see cref="Bind"/> that all cells of a data key share.</summary>
    public static byte[] BindFile(ReadOnlySpan<byte> dataKeyId, EncryptionContext context)
    {
        using var bytes = new MemoryStream();
        bytes.Write(Label);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (ReadOnlyMemory<byte> part in (ReadOnlyMemory<byte>[])[dataKeyId.ToArray(), Utf8(context.Run), Utf8(context.Schema), Utf8(context.Purpose)])
        {
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            bytes.Write(length);
            bytes.Write(part.Span);
        }
        return bytes.ToArray();

        static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
    }

    /// <summary>
    /// What a cell is bound to, as the additional data of AES-GCM: <see cref="Label"/>, then data key id, run, schema, column, row ordinal, user id
    /// and subject key, each behind its length in four bytes, big-endian, so that no two of them read alike.
    /// </summary>
    /// <param name="file">What <see cref="BindFile"/> gives.</param>
    /// <param name="ordinal">The row ordinal, 8 bytes.</param>
    /// <param name="userId">The customer, UTF-8.</param>
    /// <param name="subjectKey">The customer's subject key.</param>
    /// <param name="buffer">Takes it; has room for <see cref="BoundLength"/> bytes.</param>
    public static ReadOnlySpan<byte> Bind(ReadOnlySpan<byte> file, ReadOnlySpan<byte> ordinal, ReadOnlySpan<byte> userId, string subjectKey, Span<byte> buffer)
    {
        file.CopyTo(buffer);
        int length = file.Length;
        length += Add(ordinal, buffer[length..]);
        length += Add(userId, buffer[length..]);
        int subjectLength = Encoding.UTF8.GetBytes(subjectKey, buffer[(length + sizeof(int))..]);
        BinaryPrimitives.WriteInt32BigEndian(buffer[length..], subjectLength);
        return buffer[..(length + sizeof(int) + subjectLength)];

        static int Add(ReadOnlySpan<byte> part, Span<byte> buffer)
        {
            BinaryPrimitives.WriteInt32BigEndian(buffer, part.Length);
            part.CopyTo(buffer[sizeof(int)..]);
            return sizeof(int) + part.Length;
        }
    }

    /// <summary>Bytes that <see cref="Bind"/> gives.</summary>
    public static int BoundLength(ReadOnlySpan<byte> file, ReadOnlySpan<byte> userId, string subjectKey) =>
        file.Length + 3 * sizeof(int) + sizeof(long) + userId.Length + Encoding.UTF8.GetByteCount(subjectKey);
}
