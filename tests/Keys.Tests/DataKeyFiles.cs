using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Testing;

namespace Pipeline.Keys.Tests;

/// <summary>Files of data keys written by their documented format, without the code that writes them.</summary>
internal static class DataKeyFiles
{
    /// <summary>Puts a known data key into a key store, wrapped with version 1 of a key ring, with a nonce of zeros.</summary>
    public static void Plant(TempFolder folder, string store, byte[] secret, byte[] key, byte[] id, EncryptionContext context)
    {
        KeyStore.Open(folder.File(store));
        string path = folder.Write($"{store}/data-keys/{Convert.ToHexStringLower(id)}.json", Json(secret, key, id, context));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public static string Json(byte[] secret, byte[] key, byte[] id, EncryptionContext context)
    {
        byte[] text = new byte[32], tag = new byte[16];
        using (var aes = new AesGcm(Rfc.Hkdf(secret, [], "pipeline/wrap/v1"u8.ToArray(), 32), 16))
            aes.Encrypt(new byte[12], key, text, tag, Bound(context));
        string name = Convert.ToHexStringLower(id);
        return JsonSerializer.Serialize(new
        {
            format = 1,
            id = name,
            algorithm = "AES-256-GCM, HKDF-SHA-256, key commitment",
            wrapped = new
            {
                key_id = "local:" + Convert.ToHexStringLower(Rfc.Hkdf(secret, [], "pipeline/key-id/v1"u8.ToArray(), 32)[..8]),
                key_version = 1,
                content = Convert.ToBase64String([.. new byte[12], .. text, .. tag]),
            },
            commitment = Convert.ToBase64String(Rfc.Hkdf(key, [], Encoding.ASCII.GetBytes($"pipeline/data-key/commitment/v1/{name}"), 32)),
            context = new { purpose = context.Purpose, run = context.Run, stage = context.Stage, schema = context.Schema, tenant = context.Tenant },
            created = "2026-01-10T12:00:00+00:00",
        });
    }

    /// <summary>Names and values in order of the names, each behind its length.</summary>
    private static byte[] Bound(EncryptionContext context) =>
    [
        .. new[] { "purpose", context.Purpose, "run", context.Run, "schema", context.Schema, "stage", context.Stage, "tenant", context.Tenant }
            .SelectMany(text => (byte[])[0, 0, 0, (byte)Encoding.UTF8.GetByteCount(text), .. Encoding.UTF8.GetBytes(text)]),
    ];
}
