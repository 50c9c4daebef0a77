using System.Text;
using Pipeline.Records;

namespace Pipeline.Addresses;

/// <summary>The suppression list's columns, and the words in it.</summary>
public static class SuppressionFile
{
    /// <summary>Positions in <see cref="Columns"/>.</summary>
    public const int Address = 0, MailboxKey = 1, Reason = 2, KeyId = 3;

    /// <summary>The reason of a mailbox whose customers were erased: the strongest, for of them not even a ciphertext is kept.</summary>
    public const string Erased = "erased";

    /// <summary>The columns, under the headers they have unless the user names others.</summary>
    public static IReadOnlyList<RecordColumn> Columns { get; } =
    [
        new("address", "address", IsRequired: false),
        new("mailbox", "mailbox_key", IsRequired: false),
        new("reason", "reason", IsRequired: true),
        new("key", "key_id", IsRequired: false),
    ];

    /// <summary>The words for the reasons, in any case; of several for one mailbox the first here counts.</summary>
    public static IReadOnlyList<string> Reasons { get; } = [Erased, "complained", "unsubscribed", "bounced"];

    /// <summary>Whether a word is <see cref="Erased"/>.</summary>
    public static bool IsErased(ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(word, Erased);

    /// <summary>Position of a word in <see cref="Reasons"/>; -1 for any other word.</summary>
    public static int FindReason(ReadOnlySpan<byte> word)
    {
        for (int reason = 0; reason < Reasons.Count; reason++)
        {
            if (Ascii.EqualsIgnoreCase(word, Reasons[reason]))
                return reason;
        }
        return -1;
    }
}
