namespace Pipeline.Contracts;

/// <summary>A stage as the others see it: its name and the folders of the run that it writes and reads.</summary>
/// <param name="Name">The name people type and read.</param>
/// <param name="Folder">The folder it writes.</param>
/// <param name="Reads">The stages whose folders it reads.</param>
public sealed record StageContract(string Name, string Folder, params IReadOnlyList<StageContract> Reads)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>The five stages. The numbers of their folders show the order.</summary>
public static class Stages
{
    /// <summary>Reads the shop's files into clean tables and accounts for every line.</summary>
    public static readonly StageContract Load = new("load", "01-loaded");

    /// <summary>Gives users and items dense indices and interactions weights.</summary>
    public static readonly StageContract Transform = new("transform", "02-transformed", Load);

    /// <summary>Computes segments and recommendations.</summary>
    public static readonly StageContract Train = new("train", "03-recommended", Load, Transform);

    /// <summary>Turns addresses into keys and ciphertext, and says who may be mailed. The only stage that sees addresses.</summary>
    public static readonly StageContract Email = new("email", "04-addressed", Transform, Train);

    /// <summary>Puts recommendations and recipients into the shop's database.</summary>
    public static readonly StageContract Inject = new("inject", "05-injected", Load, Train, Email);

    /// <summary>All of them, in order.</summary>
    public static readonly IReadOnlyList<StageContract> All = [Load, Transform, Train, Email, Inject];
}
