using System.Globalization;

namespace Pipeline.Cli.Generate;

/// <summary>
/// Invented e-mail addresses, all under example.com and example.org, which RFC 2606 reserves: no mail can ever reach anyone.
/// They have the dirt of a real list: capitals, dots, plus tags, some mailboxes written twice, some addresses that are none.
/// </summary>
/// <remarks>An address depends on the seed and the user's index alone, so any one can be asked for without the others.</remarks>
internal sealed class Mailboxes
{
    private static readonly string[] Domains =
    [
        "example.com", "example.com", "example.com", "example.org", "example.org",
        "mail.example.com", "post.example.org", "home.example.com",
    ];

    private static readonly string[] FirstNames =
    [
        .. ("adam alice amelie amir ana anders anna anton aria arthur astrid aylin ben bianca boris carla carlos charlotte "
            + "chiara claire clara daan daniel david diego dora edith elena elias elif emil emma erik eva fabian fatima felix "
            + "finn florian frida gabriel george grace greta hamza hannah harry helena hugo ida igor ines ingrid irene isabel ivan "
            + "jack jakob jana jonas josef julia karim karl katja kim lara lars laura lea leo liam lina louis luca lucia luis "
            + "maja malik marco maria marta mateo max mehmet mia mila milan moritz nadia nina noah nora olga oliver omar oscar "
            + "paul petra pia rosa samir sara sofia stefan tara theo tim uma vera viktor yara zoe").Split(' '),
    ];

    private static readonly string[] LastNames =
    [
        .. ("adler albrecht andersen baker bakker bauer becker bell berg bernard bianchi blanc bond brandt brown bruno carter "
            + "castro clark cohen conti cook costa cruz dahl davis demir dubois dupont evans ferrari fischer flores fontaine "
            + "forster frank fuchs garcia gomez gray green gruber haas hall hansen hartmann hill hoffmann horvat huber hughes "
            + "jansen jensen johnson jones kaya keller king klein koch kovac kowalski kramer krause lang larsen laurent lehmann "
            + "lewis lopez lorenz martin mayer mendes meyer moore moreau moretti morris muller murphy nagy nielsen novak nowak "
            + "olsen ortiz park perez peters petit popov reed ricci richter rivera robin roth rossi roux ruiz russo sanders "
            + "santos schmidt silva smit smith sommer stone suarez tanaka taylor torres turner vidal visser vogel walker weber "
            + "west white winter wood yilmaz young ziegler").Split(' '),
    ];

    private static readonly string[] Tags = ["shop", "news", "offers", "home", "orders"];

    private readonly long seed;
    private readonly long offset;

    /// <summary>The addresses of one shop.</summary>
    public Mailboxes(long seed)
    {
        this.seed = seed;
        offset = new Rng(seed, RngStream.Mailbox, -1).Below(Pairs);
    }

    private static long Pairs => (long)FirstNames.Length * LastNames.Length;

    /// <summary>
    /// The address in the list for the user at <paramref name="index"/>: may be empty or not an address at all.
    /// </summary>
    public string Address(int index)
    {
        var rng = new Rng(seed, RngStream.Mailbox, index);
        double kind = rng.NextDouble();
        var (local, domain) = Mailbox(index);
        return kind switch
        {
            < 0.01 => Spoil(local, domain, ref rng),
            // The same person registered twice, as the user before: same mailbox, written another way.
            < 0.015 when index > 0 => Respell(Mailbox(index - 1), ref rng),
            < 0.055 => $"{local}+{Tags[rng.Below(Tags.Length)]}@{domain}",
            < 0.115 => $"{Capitalised(local)}@{domain}",
            < 0.125 => $"{local.ToUpperInvariant()}@{domain}",
            _ => $"{local}@{domain}",
        };
    }

    /// <summary>The mailbox of a user, in lower case, shared with no other index.</summary>
    private (string Local, string Domain) Mailbox(int index)
    {
        var rng = new Rng(seed, RngStream.Mailbox, index);
        // A draw apart from those of Address, so that both may change independently.
        rng = new Rng((long)rng.Next(), RngStream.Mailbox, index);

        // 7919 is a prime that does not divide the number of pairs: every pair of names comes once before any comes again.
        long pair = (index * 7919L + offset) % Pairs;
        string first = FirstNames[pair % FirstNames.Length];
        string last = LastNames[pair / FirstNames.Length];
        long round = index / Pairs;
        string number = round == 0 ? "" : (round + 1).ToString(CultureInfo.InvariantCulture);
        string local = rng.Below(10) switch
        {
            < 6 => $"{first}.{last}{number}",
            6 => $"{first}_{last}{number}",
            7 => $"{first}{last}{number}",
            8 => $"{last}.{first}{number}",
            // One letter is short of unique: the index makes up for it.
            _ => string.Create(CultureInfo.InvariantCulture, $"{first[0]}.{last}{index + 10}"),
        };
        return (local, Domains[rng.Below(Domains.Length)]);
    }

    private static string Spoil(string local, string domain, ref Rng rng) => rng.Below(4) switch
    {
        0 => "",
        1 => $"{local}{domain}",
        2 => $"{local.Insert(1, "..")}@{domain}",
        _ => $"{local.Insert(1, " ")}@{domain}",
    };

    private static string Respell((string Local, string Domain) mailbox, ref Rng rng)
    {
        string local = mailbox.Local;
        if (rng.Chance(0.5))
            return $"{Capitalised(local)}@{mailbox.Domain}";
        int dot = local.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? $"{local.Insert(1, ".")}@{mailbox.Domain}" : $"{local.Remove(dot, 1)}@{mailbox.Domain}";
    }

    private static string Capitalised(string local)
    {
        char[] letters = local.ToCharArray();
        for (int i = 0; i < letters.Length; i++)
            if (i == 0 || letters[i - 1] is '.' or '_')
                letters[i] = char.ToUpperInvariant(letters[i]);
        return new string(letters);
    }
}
