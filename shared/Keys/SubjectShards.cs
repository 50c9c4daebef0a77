using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Pipeline.Tables;

namespace Pipeline.Keys;

/// <summary>
/// The files behind the salts of customers: a customer's is named by the first six bits of the SHA-256 of the id, so that a change touches
/// few of many. A file is <see cref="Magic"/>, then for each customer the length of the id (four bytes, big-endian), the id and the salt,
/// in no order, and at the end the SHA-256 of all before it.
/// </summary>
internal static class SubjectShards
{
    public const int Count = 64;

    private static ReadOnlySpan<byte> Magic => "pipeline/subjects/v1\0"u8;

    public static SubjectSalts Read(KeyStore store, TextIndex subjects)
    {
        var salts = new SubjectSalts(subjects.Count);
        ForEach(shard => Find(store, subjects, shard, salts));
        return salts;
    }

    /// <summary>The caller holds the lock, and has held it since the salts were read.</summary>
    public static void Add(KeyStore store, TextIndex subjects, SubjectSalts salts)
    {
        // As a rule there are none or few.
        int[][] drawn = Split(subjects, [.. Enumerable.Range(0, subjects.Count).Where(salts.IsNew)]);
        ForEach(shard =>
        {
            if (drawn[shard].Length > 0)
                Append(store, subjects, shard, drawn[shard], salts);
        });
    }

    /// <summary>The caller holds the lock.</summary>
    public static int Delete(KeyStore store, TextIndex subjects)
    {
        int[][] members = Split(subjects, [.. Enumerable.Range(0, subjects.Count)]);
        int deleted = 0;
        for (int shard = 0; shard < Count; shard++)
        {
            if (members[shard].Length == 0)
                continue;
            byte[] content = ReadFile(store, shard);
            var rest = new ShardWriter(content.Length);
            int before = deleted;
            foreach (Entry entry in EntriesOf(store, shard, content))
            {
                if (subjects.Find(content.AsSpan(entry.Start, entry.Length)) >= 0)
                    deleted++;
                else
                    rest.Add(content.AsSpan(entry.Start, entry.Length), content.AsSpan(entry.Start + entry.Length, SubjectSalts.Length));
            }
            if (deleted > before)
                OwnersFiles.Write(PathOf(store, shard), rest.Complete());
            rest.Wipe();
            CryptographicOperations.ZeroMemory(content);
        }
        return deleted;
    }

    internal static int ShardOf(ReadOnlySpan<byte> subject)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(subject, hash);
        return hash[0] / (256 / Count);
    }

    /// <summary>Does something with each shard, on all processors; of several failures the first is thrown as it is.</summary>
    private static void ForEach(Action<int> action)
    {
        try
        {
            Parallel.For(0, Count, action);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private static string PathOf(KeyStore store, int shard) => Path.Combine(store.SubjectFolder, $"{shard:x2}.salts");

    /// <summary>Which of some customers belong to each shard.</summary>
    private static int[][] Split(TextIndex subjects, int[] positions)
    {
        var shards = new byte[positions.Length];
        Parallel.For(0, positions.Length, n => shards[n] = (byte)ShardOf(subjects[positions[n]]));
        var members = new List<int>[Count];
        for (int shard = 0; shard < Count; shard++)
            members[shard] = [];
        for (int n = 0; n < positions.Length; n++)
            members[shards[n]].Add(positions[n]);
        return [.. members.Select(m => m.ToArray())];
    }

    /// <summary>Takes over the salts of a shard that are asked for.</summary>
    private static void Find(KeyStore store, TextIndex subjects, int shard, SubjectSalts salts)
    {
        byte[] content = ReadFile(store, shard);
        foreach (Entry entry in EntriesOf(store, shard, content))
        {
            if (subjects.Find(content.AsSpan(entry.Start, entry.Length)) is var subject and >= 0)
                salts.Set(subject, content.AsSpan(entry.Start + entry.Length, SubjectSalts.Length));
        }
        CryptographicOperations.ZeroMemory(content);
    }

    private static void Append(KeyStore store, TextIndex subjects, int shard, int[] drawn, SubjectSalts salts)
    {
        byte[] content = ReadFile(store, shard);
        foreach (Entry entry in EntriesOf(store, shard, content))
        {
            // What is encrypted under the other salt could never be read again.
            if (subjects.Find(content.AsSpan(entry.Start, entry.Length)) is var subject and >= 0 && salts.IsNew(subject))
                throw new InvalidOperationException("A customer got a salt meanwhile: the store must be locked from the finding of salts to the adding.");
        }
        var writer = new ShardWriter(content.Length + drawn.Sum(subject => ShardWriter.SizeOf(subjects[subject])));
        writer.AddAll(content);
        foreach (int subject in drawn)
            writer.Add(subjects[subject], salts[subject]);
        OwnersFiles.Write(PathOf(store, shard), writer.Complete());
        writer.Wipe();
        CryptographicOperations.ZeroMemory(content);
    }

    /// <summary>The entries of a shard, without frame; empty where there is no file.</summary>
    private static byte[] ReadFile(KeyStore store, int shard)
    {
        string path = PathOf(store, shard);
        byte[]? file = OwnersFiles.Read(path, "key store");
        if (file is null)
            return [];
        int end = file.Length - SHA256.HashSizeInBytes;
        if (end < Magic.Length || !file.AsSpan().StartsWith(Magic) || !SHA256.HashData(file.AsSpan(0, end)).AsSpan().SequenceEqual(file.AsSpan(end)))
            throw KeyStore.Damaged(path);
        byte[] content = file[Magic.Length..end];
        CryptographicOperations.ZeroMemory(file);
        return content;
    }

    private static IEnumerable<Entry> EntriesOf(KeyStore store, int shard, byte[] content)
    {
        for (int at = 0; at < content.Length;)
        {
            int start = at + sizeof(int);
            int length = start <= content.Length ? BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(at)) : -1;
            if (length < 0 || length > content.Length - start - SubjectSalts.Length)
                throw KeyStore.Damaged(PathOf(store, shard));
            yield return new Entry(start, length);
            at = start + length + SubjectSalts.Length;
        }
    }

    /// <summary>Where an id stands in a shard's content; the salt stands behind it.</summary>
    private readonly record struct Entry(int Start, int Length);

    /// <summary>A shard's file being put together.</summary>
    private sealed class ShardWriter
    {
        private readonly byte[] buffer;
        private int length;

        /// <param name="capacity">Most bytes of entries.</param>
        public ShardWriter(int capacity)
        {
            buffer = new byte[Magic.Length + capacity + SHA256.HashSizeInBytes];
            AddAll(Magic);
        }

        public static int SizeOf(ReadOnlySpan<byte> subject) => sizeof(int) + subject.Length + SubjectSalts.Length;

        public void AddAll(ReadOnlySpan<byte> entries)
        {
            entries.CopyTo(buffer.AsSpan(length));
            length += entries.Length;
        }

        public void Add(ReadOnlySpan<byte> subject, ReadOnlySpan<byte> salt)
        {
            BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(length), subject.Length);
            length += sizeof(int);
            AddAll(subject);
            AddAll(salt);
        }

        public ReadOnlySpan<byte> Complete()
        {
            SHA256.HashData(buffer.AsSpan(0, length), buffer.AsSpan(length));
            return buffer.AsSpan(0, length + SHA256.HashSizeInBytes);
        }

        public void Wipe() => CryptographicOperations.ZeroMemory(buffer);
    }
}
