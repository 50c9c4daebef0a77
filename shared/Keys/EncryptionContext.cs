using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Keys;

/// <summary>
/// What a data key is bound to: it is wrapped together with this and unwrapped only together with exactly this. A key service logs it, so
/// it names no person.
/// </summary>
/// <param name="Purpose">What is encrypted, for example <c>email_ciphertext</c>.</param>
/// <param name="Run">The run's own name; see <see cref="Storage.RunFolder.Name"/>.</param>
/// <param name="Stage">The stage that encrypts.</param>
/// <param name="Schema">The table with its version, for example <c>recipients/3</c>.</param>
/// <param name="Tenant">Whose data it is.</param>
public sealed record EncryptionContext(string Purpose, string Run, string Stage, string Schema, string Tenant)
{
    /// <summary>Names and values, in order of the names.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs =>
    [
        new("purpose", Purpose),
        new("run", Run),
        new("schema", Schema),
        new("stage", Stage),
        new("tenant", Tenant),
    ];

    /// <summary>One spelling of it in bytes: each name and value behind its length in UTF-8, four bytes big-endian.</summary>
    internal byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        foreach ((string name, string value) in Pairs)
        {
            Add(name);
            Add(value);
        }
        return bytes.ToArray();

        void Add(string text)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(length, utf8.Length);
            bytes.Write(length);
            bytes.Write(utf8);
        }
    }
}
