namespace Pipeline.Addresses;

/// <summary>The rules an address can break: the whole list, in the words of the quarantine.</summary>
public static class AddressRule
{
    /// <summary>Nothing can be delivered, or nobody can be sure to whom.</summary>
    public const string
        Missing = "missing_address",
        NotUtf8 = "invalid_utf8",
        TooLong = "address_too_long",
        NoAt = "no_at",
        SeveralAts = "several_ats",
        LocalMissing = "local_missing",
        LocalTooLong = "local_too_long",
        LocalQuoted = "local_quoted",
        LocalNotAscii = "local_not_ascii",
        LocalCharacter = "local_character",
        DomainMissing = "domain_missing",
        DomainWithoutDot = "domain_without_dot",
        DomainLiteral = "domain_literal",
        DomainCharacter = "domain_character",
        DomainNotIdna = "domain_not_idna",
        DomainOfNumbers = "domain_of_numbers",
        LabelMissing = "label_missing",
        LabelTooLong = "label_too_long",
        LabelHyphen = "label_hyphen";

    /// <summary>Mail arrives nevertheless.</summary>
    public const string
        LocalDots = "local_dots",
        DomainFinalDot = "domain_final_dot",
        LabelNotIdna = "label_not_idna";
}
