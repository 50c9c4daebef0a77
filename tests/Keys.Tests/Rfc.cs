using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Keys.Tests;

/// <summary>HMAC and HKDF written down from their RFCs with nothing but SHA-256, to compute the keys a second time.</summary>
internal static class Rfc
{
    private const int BlockBytes = 64, HashBytes = 32;

    /// <summary>RFC 2104: H(K xor opad, H(K xor ipad, text)).</summary>
    public static byte[] Hmac(byte[] key, byte[] text)
    {
        byte[] block = new byte[BlockBytes];
        (key.Length > BlockBytes ? SHA256.HashData(key) : key).CopyTo(block, 0);
        byte[] inner = SHA256.HashData([.. block.Select(b => (byte)(b ^ 0x36)), .. text]);
        return SHA256.HashData([.. block.Select(b => (byte)(b ^ 0x5c)), .. inner]);
    }

    /// <summary>RFC 5869, extract and expand.</summary>
    public static byte[] Hkdf(byte[] secret, byte[] salt, byte[] info, int length)
    {
        byte[] pseudorandom = Hmac(salt.Length == 0 ? new byte[HashBytes] : salt, secret);
        byte[] output = [], last = [];
        for (byte n = 1; output.Length < length; n++)
        {
            last = Hmac(pseudorandom, [.. last, .. info, n]);
            output = [.. output, .. last];
        }
        return output[..length];
    }

    /// <summary>Base64url without padding, RFC 4648 section 5.</summary>
    public static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>What the subject key of an address is, from the secret of the ring.</summary>
    public static string SubjectKey(byte[] secret, int version, string normalised) => Key(secret, version, "join", "join\0", normalised);

    /// <summary>What the mailbox key is, from the canonical spelling.</summary>
    public static string MailboxKey(byte[] secret, int version, string canonical) => Key(secret, version, "mailbox", "mbox\0", canonical);

    /// <summary>What the key of a field in the quarantine is.</summary>
    public static string FieldKey(byte[] secret, int version, string field) => Key(secret, version, "quarantine", "quarantine\0", field);

    private static string Key(byte[] secret, int version, string purpose, string label, string address)
    {
        byte[] key = Hkdf(secret, [], Encoding.UTF8.GetBytes($"pipeline/{purpose}/v{version}"), HashBytes);
        return $"v{version}." + Base64Url(Hmac(key, Encoding.UTF8.GetBytes(label + address)));
    }
}
