using Pipeline.Tables;

namespace Pipeline.Contracts;

/// <summary>Every customer with a list, and whether and under which keys a mail may go out. Holds no address in clear (04).</summary>
public static class Recipients
{
    /// <summary>The customer.</summary>
    public static readonly Column UserId = Users.UserId;

    /// <summary>Keyed hash of the normalised address, for joins; null where there is no valid address, or one that was erased.</summary>
    public static readonly Column SubjectKey = new("subject_key", ColumnType.Text, Nullable: true, IsSensitive: true);

    /// <summary>Keyed hash of the mailbox behind the address as its provider delivers it; null where there is no valid address.</summary>
    public static readonly Column MailboxKey = new("mailbox_key", ColumnType.Text, Nullable: true, IsSensitive: true);

    /// <summary>The subject key of the version of the keys before; null outside of the window of a rotation, and where there is no valid address.</summary>
    public static readonly Column PreviousSubjectKey = new("previous_subject_key", ColumnType.Text, Nullable: true, IsSensitive: true);

    /// <summary>The mailbox key of that version.</summary>
    public static readonly Column PreviousMailboxKey = new("previous_mailbox_key", ColumnType.Text, Nullable: true, IsSensitive: true);

    /// <summary>The address, encrypted, as base64; null where there is no valid address, or one that was erased.</summary>
    public static readonly Column EmailCiphertext = new("email_ciphertext", ColumnType.Text, Nullable: true, IsSensitive: true);

    /// <summary>The data key in the key store that the address is encrypted under, in hexadecimal; null where there is no valid address.</summary>
    public static readonly Column DataKeyId = new("data_key_id", ColumnType.Text, Nullable: true);

    /// <summary>Signed word for the link that ends the mails; names the mailbox key and no address. Null where no mail may go out.</summary>
    public static readonly Column UnsubscribeToken = new("unsubscribe_token", ColumnType.Text, Nullable: true, IsSensitive: true);

    /// <summary>Name of the keys behind subject key, mailbox key and token; null where there is no valid address.</summary>
    public static readonly Column KeyId = new("key_id", ColumnType.Text, Nullable: true);

    /// <summary>Version of those keys, from 1.</summary>
    public static readonly Column KeyVersion = new("key_version", ColumnType.Int32);

    /// <summary>How subject key and mailbox key are computed.</summary>
    public static readonly Column HashAlgorithm = new("hash_alg", ColumnType.Text);

    /// <summary>Profile of normalisation by which the encrypted address is written and the subject key was computed.</summary>
    public static readonly Column Profile = new("profile", ColumnType.Text);

    /// <summary>The arm of the campaign's experiment: the customer's, or where another with the same mailbox has the mail, that one's.</summary>
    public static readonly Column Arm = Segments.Arm;

    /// <summary>Whether a mail may go out.</summary>
    public static readonly Column Send = new("send", ColumnType.Boolean);

    /// <summary>Why not, one of the words that the stage's README lists; null where <see cref="Send"/> is true.</summary>
    public static readonly Column Reason = new("reason", ColumnType.Text, Nullable: true);

    /// <summary>Reference time of the run.</summary>
    public static readonly Column CreatedAt = new("created_at", ColumnType.Timestamp);

    /// <summary>From when on the row must not be used.</summary>
    public static readonly Column ExpiresAt = new("expires_at", ColumnType.Timestamp);

    /// <summary>The run's name, which the encrypted address is bound to.</summary>
    public static readonly Column RunId = new("run_id", ColumnType.Text);

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema = new(
        "recipients", 3, UserId, SubjectKey, MailboxKey, PreviousSubjectKey, PreviousMailboxKey, EmailCiphertext, DataKeyId, UnsubscribeToken, KeyId,
        KeyVersion, HashAlgorithm, Profile, Arm, Send, Reason, CreatedAt, ExpiresAt, RunId);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Email, "recipients.parquet", Schema, IsRandomised: true);
}

/// <summary>Lines of the customer file that could not be used. Holds the line's number and a keyed hash, never the address (04).</summary>
public static class Quarantine
{
    /// <summary>Name of the file the line stands in.</summary>
    public static readonly Column Source = Rejects.Source;

    /// <summary>Line in that file, from 1, the header included.</summary>
    public static readonly Column Line = Rejects.Line;

    /// <summary>The customer; null where the line names none that has a list, for what stands there instead may be an address.</summary>
    public static readonly Column UserId = new("user_id", ColumnType.Text, Nullable: true);

    /// <summary>The rule the line breaks, one of a few fixed words.</summary>
    public static readonly Column Reason = Rejects.Reason;

    /// <summary>
    /// Keyed hash of what stood in the address field, byte by byte, by which the same content is known again in another run; null where the
    /// field was empty or the line could not be cut into fields.
    /// </summary>
    public static readonly Column FieldKey = new("field_key", ColumnType.Text, Nullable: true, IsSensitive: true);

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema = new("quarantine", 2, Source, Line, UserId, Reason, FieldKey);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Email, "quarantine.parquet", Schema);
}

/// <summary>
/// Unkeyed hashes of addresses for one advertising platform; only where the stage was told a platform and a legal basis. As good as the
/// addresses to whoever can guess them, so it is handed to that platform and kept from everybody else (04).
/// </summary>
public static class PlatformHashes
{
    /// <summary>The platform it is for: one to a file.</summary>
    public static readonly Column Platform = new("platform", ColumnType.Text);

    /// <summary>SHA-256 of the address by the platform's profile.</summary>
    public static readonly Column AddressHash = new("address_hash", ColumnType.Text, IsSensitive: true);

    /// <summary>The hash, and how it is written.</summary>
    public static readonly Column HashAlgorithm = new("hash_alg", ColumnType.Text);

    /// <summary>Profile of normalisation by which the address was written.</summary>
    public static readonly Column Profile = Recipients.Profile;

    /// <summary>Why the address may be made known, in the words of whoever started the stage.</summary>
    public static readonly Column LegalBasis = new("legal_basis", ColumnType.Text);

    /// <summary>The reference time of the run that made it.</summary>
    public static readonly Column CreatedAt = new("created_at", ColumnType.Timestamp);

    /// <summary>From when on the row must not be used.</summary>
    public static readonly Column ExpiresAt = Recipients.ExpiresAt;

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema = new(
        "platform-hashes", 1, Platform, AddressHash, HashAlgorithm, Profile, LegalBasis, CreatedAt, ExpiresAt);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Email, "platform.parquet", Schema);
}
