namespace Pipeline.Addresses;

/// <summary>What an address is good for.</summary>
public enum AddressVerdict
{
    /// <summary>Nothing: it breaks a rule without which there is no telling whose it is.</summary>
    Invalid,

    /// <summary>Mail, although it breaks a rule.</summary>
    NonConforming,

    /// <summary>Mail, and it breaks no rule.</summary>
    Valid,
}
