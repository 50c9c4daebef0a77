namespace Pipeline.Keys;

/// <summary>What a key for keyed hashes is for. No key serves two purposes.</summary>
public enum KeyPurpose
{
    /// <summary>Subject keys: equal for equal addresses.</summary>
    Join,

    /// <summary>Mailbox keys: equal for addresses of one mailbox.</summary>
    Mailbox,

    /// <summary>Signatures of unsubscribe tokens.</summary>
    Unsubscribe,

    /// <summary>Hashes of addresses that could not be used.</summary>
    Quarantine,

    /// <summary>Who belongs to which arm of an experiment.</summary>
    Experiment,
}

/// <summary>The words that stand for purposes in labels of keys; they never change.</summary>
internal static class KeyPurposes
{
    public static string Word(this KeyPurpose purpose) => purpose switch
    {
        KeyPurpose.Join => "join",
        KeyPurpose.Mailbox => "mailbox",
        KeyPurpose.Unsubscribe => "unsubscribe",
        KeyPurpose.Quarantine => "quarantine",
        KeyPurpose.Experiment => "experiment",
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "There is no such purpose."),
    };
}
