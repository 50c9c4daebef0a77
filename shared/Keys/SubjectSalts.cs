using System.Security.Cryptography;

namespace Pipeline.Keys;

/// <summary>
/// Random salts of customers, by their positions in the index they were asked for with. Cells of a customer are encrypted under a key that
/// takes the salt to make. Dispose it to wipe them. Reading is thread-safe until then.
/// </summary>
public sealed class SubjectSalts : IDisposable
{
    /// <summary>Size of a salt, in bytes.</summary>
    public const int Length = 32;

    private readonly byte[] salts;
    private readonly bool[] isThere;

    internal SubjectSalts(int count)
    {
        salts = GC.AllocateUninitializedArray<byte>(checked(count * Length), pinned: true);
        isThere = new bool[count];
    }

    /// <summary>The salt of a customer.</summary>
    /// <exception cref="KeyNotFoundException">There is none: it was erased, or the customer never had a cell.</exception>
    public ReadOnlySpan<byte> this[int subject] =>
        isThere[subject] ? salts.AsSpan(subject * Length, Length) : throw new KeyNotFoundException("The customer has no salt.");

    /// <summary>Whether a customer has a salt.</summary>
    public bool Has(int subject) => isThere[subject];

    /// <summary>Wipes the salts.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(salts);

    internal void Set(int subject, ReadOnlySpan<byte> salt)
    {
        salt.CopyTo(salts.AsSpan(subject * Length, Length));
        isThere[subject] = true;
    }
}
