using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Keys.Tests;

/// <summary>
/// The platform's AES-GCM, HMAC and HKDF, on which all keys and cells rest, against Wycheproof's vectors (see the folder Files): what is valid
/// comes out as it should, what was tampered with does not open. HMAC and HKDF as <see cref="Rfc"/> has them are held to the same.
/// </summary>
internal sealed class WycheproofTests
{
    private const int NonceBits = 96;

    [Test]
    public void Aes_gcm_opens_what_is_valid_and_nothing_else()
    {
        int opened = 0, refused = 0, otherNonces = 0;
        foreach ((JsonElement group, JsonElement test) in Tests("aes_gcm_test.json", 316))
        {
            string name = $"test {test.GetProperty("tcId")}";
            byte[] nonce = Bytes(test, "iv"), additional = Bytes(test, "aad"), plain = Bytes(test, "msg"), content = Bytes(test, "ct"), tag = Bytes(test, "tag");
            using var cipher = new AesGcm(Bytes(test, "key"), tag.Length);
            byte[] decrypted = new byte[content.Length];
            if (group.GetProperty("ivSize").GetInt32() != NonceBits)
            {
                Assert.That(() => cipher.Decrypt(nonce, content, tag, decrypted, additional), Throws.ArgumentException, name);
                otherNonces++;
            }
            else if (IsValid(test))
            {
                cipher.Decrypt(nonce, content, tag, decrypted, additional);
                byte[] encrypted = new byte[plain.Length], newTag = new byte[tag.Length];
                cipher.Encrypt(nonce, plain, encrypted, newTag, additional);
                Assert.That((Hex(decrypted), Hex(encrypted), Hex(newTag)), Is.EqualTo((Hex(plain), Hex(content), Hex(tag))), name);
                opened++;
            }
            else
            {
                Assert.That(() => cipher.Decrypt(nonce, content, tag, decrypted, additional), Throws.InstanceOf<CryptographicException>(), name);
                Assert.That(decrypted, Is.All.Zero, name);
                refused++;
            }
        }
        Assert.That(opened, Is.GreaterThan(100));
        Assert.That(refused, Is.GreaterThan(30));
        Assert.That(opened + refused + otherNonces, Is.EqualTo(316));
    }

    [Test]
    public void Hmac_gives_the_tags()
    {
        foreach ((JsonElement group, JsonElement test) in Tests("hmac_sha256_test.json", 174))
        {
            byte[] key = Bytes(test, "key"), message = Bytes(test, "msg");
            int length = group.GetProperty("tagSize").GetInt32() / 8;
            foreach (byte[] tag in new[] { HMACSHA256.HashData(key, message), Rfc.Hmac(key, message) })
                Assert.That(CryptographicOperations.FixedTimeEquals(tag.AsSpan(0, length), Bytes(test, "tag")), Is.EqualTo(IsValid(test)), $"test {test.GetProperty("tcId")}");
        }
    }

    [Test]
    public void Hkdf_gives_the_keys()
    {
        foreach ((_, JsonElement test) in Tests("hkdf_sha256_test.json", 86))
        {
            string name = $"test {test.GetProperty("tcId")}";
            byte[] secret = Bytes(test, "ikm"), salt = Bytes(test, "salt"), info = Bytes(test, "info");
            int size = test.GetProperty("size").GetInt32();
            if (!IsValid(test))
            {
                Assert.That(() => HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, size, salt, info), Throws.InstanceOf<ArgumentOutOfRangeException>(), name);
                continue;
            }
            Assert.That(Hex(HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, size, salt, info)), Is.EqualTo(test.GetProperty("okm").GetString()), name);
            Assert.That(Hex(Rfc.Hkdf(secret, salt, info, size)), Is.EqualTo(test.GetProperty("okm").GetString()), name);
        }
    }

    private static List<(JsonElement Group, JsonElement Test)> Tests(string file, int count)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Files", file)));
        List<(JsonElement, JsonElement)> tests =
        [
            .. from testGroup in document.RootElement.GetProperty("testGroups").EnumerateArray()
               from test in testGroup.GetProperty("tests").EnumerateArray()
               select (testGroup.Clone(), test.Clone()),
        ];
        Assert.That(tests, Has.Count.EqualTo(count));
        return tests;
    }

    private static bool IsValid(JsonElement test) => test.GetProperty("result").GetString() == "valid";

    private static byte[] Bytes(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
