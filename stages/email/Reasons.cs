using Pipeline.Contracts;

namespace Pipeline.Email;

/// <summary>
/// Why a customer is not mailed, in order of precedence: of several the first is given. Those from <see cref="Erased"/> on speak of the
/// mailbox, so that every customer behind it gets the same.
/// </summary>
internal static class Reasons
{
    /// <summary>Not in the customer file.</summary>
    public const string NoCustomer = "no_customer";

    /// <summary>The customer file has no address mail can be sent to.</summary>
    public const string InvalidAddress = "invalid_address";

    /// <summary>On the suppression list as erased: of the address no more is kept than the key of the mailbox.</summary>
    public const string Erased = "suppressed_erased";

    /// <summary>On the suppression list.</summary>
    public const string Complained = "suppressed_complained", Unsubscribed = "suppressed_unsubscribed", Bounced = "suppressed_bounced";

    /// <summary>The customer file has no consent, of this customer or for the mailbox.</summary>
    public const string NoConsent = "no_consent";

    /// <summary>The mailbox got as many mails lately as it may.</summary>
    public const string FrequencyCap = "frequency_cap";

    /// <summary>The customer's list is not worth a mail: the verdicts of train. These and the next two do not hold for all behind the mailbox.</summary>
    public const string TooFewItems = Verdicts.TooFewItems, OnlyFallback = Verdicts.OnlyFallback, NotRelevant = Verdicts.NotRelevant;

    /// <summary>Another customer with the same mailbox has the mail, or would if not in the control group.</summary>
    public const string DuplicateMailbox = "duplicate_mailbox";

    /// <summary>In the campaign's control group, and would be mailed otherwise.</summary>
    public const string ControlGroup = "control_group";
}
