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
    private readonly bool[] isThere, isNew;

    internal SubjectSalts(int count)
    {
        salts = GC.AllocateUninitializedArray<byte>(checked(count * Length), pinned: true);
        isThere = new bool[count];
        isNew = new bool[count];
    }

    /// <summary>The salt of a customer.</summary>
    /// <exception cref="KeyNotFoundException">There is none: it was erased, or the customer never had a cell.</exception>
    public ReadOnlySpan<byte> this[int subject] =>
        isThere[subject] ? salts.AsSpan(subject * Length, Length) : throw new KeyNotFoundException("The customer has no salt.");

    /// <summary>Whether a customer has a salt.</summary>
    public bool Has(int subject) => isThere[subject];

    /// <summary>Whether the salt of a customer was drawn here: the store has it only after <see cref="KeyStore.AddSalts"/>.</summary>
    public bool IsNew(int subject) => isNew[subject];

    /// <summary>The salt of a customer, drawn where there is none. Thread-safe for different customers.</summary>
    public ReadOnlySpan<byte> Ensure(int subject)
    {
        if (!isThere[subject])
        {
            RandomNumberGenerator.Fill(salts.AsSpan(subject * Length, Length));
            isThere[subject] = isNew[subject] = true;
        }
        return this[subject];
    }

    /// <summary>Wipes the salts.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(salts);

    internal void Set(int subject, ReadOnlySpan<byte> salt)
    {
        salt.CopyTo(salts.AsSpan(subject * Length, Length));
        isThere[subject] = true;
    }
}
