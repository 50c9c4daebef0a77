using System.Text;
using Pipeline.Records;

namespace Pipeline.Email;

/// <summary>The customer file's columns.</summary>
internal static class CustomerFile
{
    public const int User = 0, Email = 1, Consent = 2, ConsentDate = 3;

    /// <summary>The columns, under the headers they have unless the user names others.</summary>
    public static readonly IReadOnlyList<RecordColumn> Columns =
    [
        new("user", "user_id", IsRequired: true),
        new("email", "email", IsRequired: true),
        new("consent", "consent", IsRequired: false),
        new("consent-date", "consent_date", IsRequired: false),
    ];

    /// <summary>Whether a consent field says yes in so many words; anything else is no.</summary>
    public static bool IsConsent(ReadOnlySpan<byte> field) =>
        Ascii.EqualsIgnoreCase(field, "true"u8) || Ascii.EqualsIgnoreCase(field, "yes"u8)
        || Ascii.EqualsIgnoreCase(field, "y"u8) || field.SequenceEqual("1"u8);
}
