using System.Globalization;
using Pipeline.Testing;

namespace Pipeline.Keys.Tests;

/// <summary>
/// Keys are gone from this process's memory once they are disposed. As far as a test can tell: what the kernel swapped out or another process
/// copied is out of its sight.
/// </summary>
[Platform("Linux")]
public class MemoryTests
{
    [Test]
    public void Search_finds_a_key_that_is_there()
    {
        using SecretKey key = SecretKey.Random();
        Assert.That(IsInMemory(Inverted(key.Bytes)), Is.True);
    }

    [Test]
    public void Key_is_gone_when_it_is_disposed()
    {
        byte[] inverted;
        using (SecretKey key = SecretKey.Random())
            inverted = Inverted(key.Bytes);
        Assert.That(IsInMemory(inverted), Is.False);
    }

    [Test]
    public void Secret_of_a_ring_and_keys_of_its_purposes_are_gone_when_they_are_disposed()
    {
        using var folder = new TempFolder();
        string path = folder.File("ring.json");
        LocalKeyRing.CreateIfMissing(path);
        byte[] secret = SecretIn(path), join, data;
        using (LocalKeyRing ring = LocalKeyRing.Open(path))
        {
            using SecretKey joinKey = ring.MacKey(KeyPurpose.Join, ring.CurrentMac());
            join = Inverted(joinKey.Bytes);
            KeyStore store = KeyStore.Open(folder.File("keystore"));
            using NewDataKey dataKey = store.CreateDataKey(
                ring, new EncryptionContext("p", "r", "s", "t", "u"), DateTimeOffset.UnixEpoch, DataKeyLimits.Default, TimeProvider.System);
            using DataKey opened = store.OpenDataKey(ring, dataKey.Id, new EncryptionContext("p", "r", "s", "t", "u"));
            data = Inverted(opened.Bytes);
            Assert.That(IsInMemory(join) && IsInMemory(data) && IsInMemory(secret), Is.True);
        }
        Assert.Multiple(() =>
        {
            Assert.That(IsInMemory(join), Is.False, "the key of a purpose");
            Assert.That(IsInMemory(data), Is.False, "a data key");
            Assert.That(IsInMemory(secret), Is.False, "the ring's secret");
        });
    }

    /// <summary>The key's complement: the test itself must not hold what it searches for.</summary>
    private static byte[] Inverted(ReadOnlySpan<byte> key)
    {
        var inverted = new byte[key.Length];
        for (int n = 0; n < key.Length; n++)
            inverted[n] = (byte)~key[n];
        return inverted;
    }

    private static byte[] SecretIn(string path)
    {
        byte[] json = File.ReadAllBytes(path);
        int start = json.AsSpan().IndexOf("\"secret\": \""u8) + "\"secret\": \""u8.Length;
        Span<byte> secret = stackalloc byte[33];
        System.Buffers.Text.Base64.DecodeFromUtf8(json.AsSpan(start, 44), secret, out _, out int length);
        byte[] inverted = Inverted(secret[..length]);
        secret.Clear();
        Array.Clear(json);
        return inverted;
    }

    /// <summary>Whether the complement of some bytes is anywhere in what this process can write.</summary>
    private static bool IsInMemory(byte[] inverted)
    {
        using var memory = new FileStream("/proc/self/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var chunk = new byte[1 << 20];
        foreach (string line in File.ReadAllLines("/proc/self/maps").Where(line => line.Contains(" rw", StringComparison.Ordinal)))
        {
            long[] range = [.. line.Split(' ')[0].Split('-').Select(address => long.Parse(address, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            for (long at = range[0]; at < range[1]; at += chunk.Length - inverted.Length)
            {
                int wanted = (int)Math.Min(chunk.Length, range[1] - at), read;
                try
                {
                    read = RandomAccess.Read(memory.SafeFileHandle, chunk.AsSpan(0, wanted), at);
                }
                catch (IOException)
                {
                    // Reserved, but not there.
                    break;
                }
                for (int n = 0; n < read; n++)
                    chunk[n] = (byte)~chunk[n];
                bool isFound = chunk.AsSpan(0, read).IndexOf(inverted) >= 0;
                // Where the complement itself was read, the key now stands in the chunk, to be found when the chunk's own memory is read.
                Array.Clear(chunk);
                if (isFound)
                    return true;
            }
        }
        return false;
    }
}
