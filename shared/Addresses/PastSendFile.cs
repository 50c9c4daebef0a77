using Pipeline.Records;

namespace Pipeline.Addresses;

/// <summary>The columns of the file of past sends.</summary>
public static class PastSendFile
{
    /// <summary>Positions in <see cref="Columns"/>.</summary>
    public const int User = 0, MailboxKey = 1, Time = 2, KeyId = 3;

    /// <summary>The columns, under the headers they have unless the user names others.</summary>
    public static IReadOnlyList<RecordColumn> Columns { get; } =
    [
        new("user", "user_id", IsRequired: false),
        new("mailbox", "mailbox_key", IsRequired: false),
        new("time", "sent_at", IsRequired: true),
        new("key", "key_id", IsRequired: false),
    ];
}
