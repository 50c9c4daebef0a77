using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pipeline.Email.Tests;

/// <summary>
/// The arithmetic behind AES-GCM's tag (NIST SP 800-38D, section 6), to make a ciphertext that two keys accept. Elements are 128 bits, the first
/// of which stands for x^0.
/// </summary>
internal static class GaloisField
{
    public static UInt128 Multiply(UInt128 x, UInt128 y)
    {
        UInt128 reduction = (UInt128)0xe1 << 120, product = 0;
        for (int bit = 127; bit >= 0; bit--)
        {
            if ((x >> bit & 1) == 1)
                product ^= y;
            y = (y & 1) == 1 ? y >> 1 ^ reduction : y >> 1;
        }
        return product;
    }

    /// <summary>By Fermat: x^(2^128 - 2).</summary>
    public static UInt128 Invert(UInt128 x)
    {
        UInt128 result = (UInt128)1 << 127, power = x;
        for (int bit = 1; bit < 128; bit++)
        {
            power = Multiply(power, power);
            result = Multiply(result, power);
        }
        return result;
    }

    /// <summary>What the tag is of, without the last step: the polynomial of bound data and text, padded, and their lengths.</summary>
    public static UInt128 Hash(UInt128 key, ReadOnlySpan<byte> bound, ReadOnlySpan<byte> text)
    {
        UInt128 hash = Add(Add(0, key, bound), key, text);
        Span<byte> lengths = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(lengths, bound.Length * 8L);
        BinaryPrimitives.WriteInt64BigEndian(lengths[8..], text.Length * 8L);
        return Add(hash, key, lengths);

        static UInt128 Add(UInt128 hash, UInt128 key, ReadOnlySpan<byte> bytes)
        {
            Span<byte> block = stackalloc byte[16];
            for (int at = 0; at < bytes.Length; at += block.Length)
            {
                block.Clear();
                bytes.Slice(at, Math.Min(block.Length, bytes.Length - at)).CopyTo(block);
                hash = Multiply(hash ^ BinaryPrimitives.ReadUInt128BigEndian(block), key);
            }
            return hash;
        }
    }

    /// <summary>A block of AES itself, which the tag is masked with and the hash's key comes from.</summary>
    public static UInt128 EncryptBlock(byte[] key, UInt128 block)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, block);
        return BinaryPrimitives.ReadUInt128BigEndian(aes.EncryptEcb(bytes, PaddingMode.None));
    }

    /// <summary>A ciphertext of two blocks and a tag that AES-256-GCM opens under both keys.</summary>
    public static (byte[] Text, byte[] Tag) MakeTextOfTwoKeys(byte[] one, byte[] two, byte[] nonce, byte[] bound)
    {
        byte[] text = [.. Enumerable.Repeat((byte)0x5a, 16), .. new byte[16]];
        byte[] first = new byte[16];
        nonce.CopyTo(first, 0);
        first[^1] = 1;
        UInt128 counter = BinaryPrimitives.ReadUInt128BigEndian(first);
        (UInt128 Key, UInt128 Mask) a = (EncryptBlock(one, 0), EncryptBlock(one, counter)), b = (EncryptBlock(two, 0), EncryptBlock(two, counter));
        // The second block stands one place before the lengths, so in the hash it is multiplied by the square of the key.
        UInt128 difference = Hash(a.Key, bound, text) ^ a.Mask ^ Hash(b.Key, bound, text) ^ b.Mask;
        UInt128 block = Multiply(difference, Invert(Multiply(a.Key, a.Key) ^ Multiply(b.Key, b.Key)));
        BinaryPrimitives.WriteUInt128BigEndian(text.AsSpan(16), block);
        byte[] tag = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(tag, Hash(a.Key, bound, text) ^ a.Mask);
        return (text, tag);
    }
}
