using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>A model and the customers it was fitted to.</summary>
/// <param name="Name">The customers' group.</param>
/// <param name="Sar">The model.</param>
/// <param name="Users">The customers, rising: the model's user n is the customer Users[n].</param>
internal sealed record GroupModel(string Name, SarModel Sar, int[] Users);

/// <summary>The model of all customers and, where asked for, one for each group of them that is large enough. Immutable.</summary>
/// <param name="All">Of all customers; its users have the customers' indices.</param>
/// <param name="Groups">Of groups, none of which has a customer of another.</param>
internal sealed record ModelSet(SarModel All, IReadOnlyList<GroupModel> Groups);
