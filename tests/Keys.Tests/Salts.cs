using Pipeline.Tables;

namespace Pipeline.Keys.Tests;

/// <summary>Salts for customers, as a run that has a cell for each of them makes them.</summary>
internal static class Salts
{
    public static SubjectSalts EnsureSalts(this KeyStore store, TextIndex subjects)
    {
        using IDisposable turn = store.Lock();
        SubjectSalts salts = store.FindSalts(subjects);
        for (int subject = 0; subject < subjects.Count; subject++)
            salts.Ensure(subject);
        store.AddSalts(subjects, salts);
        return salts;
    }
}
