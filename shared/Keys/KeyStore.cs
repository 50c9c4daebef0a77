using System.Security.Cryptography;
using Pipeline.Hosting;
using Pipeline.Storage;
using Pipeline.Tables;

namespace Pipeline.Keys;

/// <summary>
/// A folder outside of all runs, for its owner only, with what it takes to open their cells besides the provider's keys: wrapped data keys
/// (<c>data-keys/</c>) and a random salt for each customer (<c>subjects/</c>). Without a customer's salt nobody can read that customer's
/// cells in any run or copy of one; without a data key, nobody any cell under it. Everything is written whole or not at all, under a lock.
/// Not thread-safe.
/// </summary>
public sealed class KeyStore
{
    private const string Noun = "key store", DataKeys = "data-keys", Subjects = "subjects", LockName = ".lock", Extension = ".json";
    private const string Algorithm = "AES-256-GCM, HKDF-SHA-256, key commitment";

    private readonly TimeSpan longestWait;
    private readonly string dataKeys;
    private int locks;
    private FileStream? lockFile;

    private KeyStore(string folder, TimeSpan longestWait)
    {
        Folder = folder;
        this.longestWait = longestWait;
        dataKeys = Path.Combine(Path.GetFullPath(folder), DataKeys);
        SubjectFolder = Path.Combine(Path.GetFullPath(folder), Subjects);
    }

    /// <summary>Where it lies, as the user wrote it.</summary>
    public string Folder { get; }

    internal string SubjectFolder { get; }

    /// <summary>Opens a key store, made where there is none.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: others can use it.</exception>
    /// <exception cref="StorageException">It cannot be made or read.</exception>
    public static KeyStore Open(string folder) => Open(folder, TimeSpan.FromSeconds(30));

    /// <summary>As <see cref="Open(string)"/>, with another longest wait for the lock.</summary>
    internal static KeyStore Open(string folder, TimeSpan longestWait)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var store = new KeyStore(folder, longestWait);
        try
        {
            OwnersFiles.CreateFolder(Path.GetFullPath(folder));
            OwnersFiles.RefuseOthers(folder, Noun);
            OwnersFiles.CreateFolder(store.dataKeys);
            OwnersFiles.CreateFolder(store.SubjectFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, $"make the {Noun}", folder);
        }
        return store;
    }

    /// <summary>
    /// Keeps every other process from changing the store until it is disposed. Each change takes the lock by itself; take it for what has to
    /// happen between two changes or a look and a change. May be taken again while it is held.
    /// </summary>
    /// <exception cref="StageException"><see cref="ExitCode.LeaseHeld"/>: another process has it, and for long.</exception>
    public IDisposable Lock()
    {
        lockFile ??= OwnersFiles.TakeTurn(Path.Combine(Path.GetFullPath(Folder), LockName), longestWait)
            ?? throw new StageException(ExitCode.LeaseHeld, $"Another process is using the key store '{Folder}'.", "Wait until it ends, or stop it.");
        locks++;
        return new Turn(this);
    }

    /// <summary>Makes a data key and stores it before anything is encrypted with it.</summary>
    /// <param name="keys">Wraps it.</param>
    /// <param name="context">What it is bound to.</param>
    /// <param name="created">The run's reference time.</param>
    /// <param name="limits">How much it may encrypt.</param>
    /// <param name="clock">Measures its age.</param>
    public NewDataKey CreateDataKey(IKeyProvider keys, EncryptionContext context, DateTimeOffset created, DataKeyLimits limits, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(keys);
        SecretKey secret = keys.GenerateDataKey(context, out WrappedKey wrapped);
        var key = new NewDataKey(RandomNumberGenerator.GetBytes(DataKey.IdLength), secret, limits, clock);
        try
        {
            WriteDataKey(new DataKeyRecord
            {
                Format = DataKeyRecord.CurrentFormat,
                Id = key.Id,
                Algorithm = Algorithm,
                Wrapped = wrapped,
                Commitment = key.Commitment(),
                Context = context,
                Created = created,
            });
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Opens a data key.</summary>
    /// <param name="keys">Unwraps it.</param>
    /// <param name="id">Its id.</param>
    /// <param name="context">Exactly what it must be bound to.</param>
    /// <exception cref="CryptographicException">There is no such data key, it is bound to something else, or it is not the one that was stored.</exception>
    public DataKey OpenDataKey(IKeyProvider keys, string id, EncryptionContext context)
    {
        ArgumentNullException.ThrowIfNull(keys);
        DataKeyRecord record = FindDataKey(id) ?? throw new CryptographicException($"The key store '{Folder}' has no data key {id}.");
        if (record.Context != context)
            throw new CryptographicException($"The data key {id} belongs to another run, stage, table or tenant.");
        var key = new DataKey(Convert.FromHexString(id), keys.Unwrap(record.Wrapped, context));
        if (CryptographicOperations.FixedTimeEquals(key.Commitment(), record.Commitment))
            return key;
        key.Dispose();
        throw new CryptographicException($"What is stored as the data key {id} is another key.");
    }

    /// <summary>What is stored of a data key; null where there is none.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: the file is damaged.</exception>
    public DataKeyRecord? FindDataKey(string id)
    {
        if (!DataKey.IsId(id))
            return null;
        byte[]? json = OwnersFiles.Read(PathOf(id), Noun);
        if (json is null)
            return null;
        return DataKeyRecord.TryParse(json) is { } record && record.Id == id ? record : throw Damaged(PathOf(id));
    }

    /// <summary>All data keys, in order of their ids.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: a file is damaged.</exception>
    public IEnumerable<DataKeyRecord> ListDataKeys() =>
        Directory.EnumerateFiles(dataKeys, "*" + Extension)
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Where(DataKey.IsId)
            .Order(StringComparer.Ordinal)
            .Select(FindDataKey)
            .OfType<DataKeyRecord>();

    /// <summary>Wraps a data key with the current wrapping key. Nothing that is encrypted with it is touched.</summary>
    /// <returns>Whether it was wrapped with another before.</returns>
    public bool Rewrap(IKeyProvider keys, string id)
    {
        ArgumentNullException.ThrowIfNull(keys);
        using IDisposable turn = Lock();
        DataKeyRecord record = FindDataKey(id) ?? throw new CryptographicException($"The key store '{Folder}' has no data key {id}.");
        if (keys.IsCurrent(record.Wrapped))
            return false;
        WriteDataKey(record with { Wrapped = keys.Rewrap(record.Wrapped, record.Context) });
        return true;
    }

    /// <summary>Deletes a data key for good: nobody can read a cell under it any more, in any run or copy of one.</summary>
    /// <returns>Whether there was one.</returns>
    public bool DeleteDataKey(string id)
    {
        using IDisposable turn = Lock();
        if (!DataKey.IsId(id) || !File.Exists(PathOf(id)))
            return false;
        try
        {
            File.Delete(PathOf(id));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "delete", PathOf(id));
        }
    }

    /// <summary>The salts of customers; those without one have none in the result either.</summary>
    /// <param name="subjects">The customers' ids.</param>
    public SubjectSalts FindSalts(TextIndex subjects) => SubjectShards.Read(this, subjects);

    /// <summary>Stores the salts that were drawn. Hold <see cref="Lock"/> from <see cref="FindSalts"/> on, so that no customer gets two.</summary>
    /// <param name="subjects">The customers' ids.</param>
    /// <param name="salts">Their salts, of which those that are new are stored.</param>
    public void AddSalts(TextIndex subjects, SubjectSalts salts)
    {
        ArgumentNullException.ThrowIfNull(salts);
        using IDisposable turn = Lock();
        SubjectShards.Add(this, subjects, salts);
    }

    /// <summary>Deletes the salts of customers for good: nobody can read their cells any more, in any run or copy of one.</summary>
    /// <param name="subjects">The customers' ids.</param>
    /// <returns>How many of them had one.</returns>
    public int DeleteSalts(TextIndex subjects)
    {
        using IDisposable turn = Lock();
        // A process that was killed may have left copies.
        OwnersFiles.RemoveLeftovers(SubjectFolder);
        return SubjectShards.Delete(this, subjects);
    }

    internal static StageException Damaged(string path) =>
        new(ExitCode.InputRefused, $"'{path}' in the key store is damaged.", "Restore the key store from its copy.");

    private void WriteDataKey(DataKeyRecord record)
    {
        using IDisposable turn = Lock();
        // What a killed process left half written has a name that no other file gets; nobody is writing one now.
        OwnersFiles.RemoveLeftovers(dataKeys);
        OwnersFiles.Write(PathOf(record.Id), record.ToJson());
    }

    private string PathOf(string id) => Path.Combine(dataKeys, id + Extension);

    private sealed class Turn(KeyStore store) : IDisposable
    {
        private bool isOver;

        public void Dispose()
        {
            if (isOver)
                return;
            isOver = true;
            if (--store.locks > 0)
                return;
            store.lockFile!.Dispose();
            store.lockFile = null;
        }
    }
}
