namespace Pipeline.Keys;

/// <summary>What an authentic token says: whose mails are to stop, and until when it may be used. Holds no address and no customer.</summary>
/// <param name="MailboxKey">The mailbox, as in the recipients' column <c>mailbox_key</c>.</param>
/// <param name="KeyId">Names the ring it was signed with.</param>
/// <param name="KeyVersion">Version of the keys.</param>
/// <param name="Issued">Reference time of the run that made it, in whole seconds.</param>
/// <param name="Expires">From when on it is not accepted.</param>
public sealed record UnsubscribeToken(string MailboxKey, string KeyId, int KeyVersion, DateTimeOffset Issued, DateTimeOffset Expires);

/// <summary>What became of a text that claims to be a token.</summary>
public enum TokenVerdict
{
    /// <summary>Authentic, and in time.</summary>
    Valid,

    /// <summary>Authentic, but too late.</summary>
    Expired,

    /// <summary>Not in the form of a token for unsubscribing.</summary>
    Malformed,

    /// <summary>In the form of a token, but of another ring or version of it, so that nothing is known of it.</summary>
    UnknownKey,

    /// <summary>The signature is not that of the content.</summary>
    Forged,
}
