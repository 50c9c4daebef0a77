namespace Pipeline.Storage.Tests;

public sealed class FingerprintTests
{
    private static readonly (string, string)[] Options = [("top-k", "10"), ("seed", "1")];
    private static readonly (string, string)[] Inputs = [("01-loaded", "aa"), ("02-transformed", "bb")];

    private static string Of(string stage, string code, (string, string)[] options, (string, string)[] inputs) => Fingerprint.Of(
        stage, code, options.ToDictionary(o => o.Item1, o => o.Item2), inputs.ToDictionary(i => i.Item1, i => i.Item2));

    [Test]
    public void Fingerprint_is_a_SHA_256_that_repeats()
    {
        string fingerprint = Of("train", "0.1.0", Options, Inputs);

        Assert.That(fingerprint, Does.Match("^[0-9a-f]{64}$"));
        Assert.That(Of("train", "0.1.0", Options, Inputs), Is.EqualTo(fingerprint));
    }

    [Test]
    public void Fingerprint_does_not_depend_on_the_order_of_options_and_inputs()
    {
        Assert.That(
            Of("train", "0.1.0", [.. Options.Reverse()], [.. Inputs.Reverse()]), Is.EqualTo(Of("train", "0.1.0", Options, Inputs)));
    }

    [Test]
    public void Fingerprint_changes_with_each_part_and_no_two_sets_of_parts_read_alike()
    {
        string[] all =
        [
            Of("train", "0.1.0", Options, Inputs),
            Of("email", "0.1.0", Options, Inputs),
            Of("train", "0.1.1", Options, Inputs),
            Of("train", "0.1.0", [("top-k", "11"), ("seed", "1")], Inputs),
            Of("train", "0.1.0", [("top-j", "10"), ("seed", "1")], Inputs),
            Of("train", "0.1.0", [("top-k", "10")], Inputs),
            Of("train", "0.1.0", [("top-k", "1"), ("seed", "10")], Inputs),
            Of("train", "0.1.0", Options, [("01-loaded", "ab"), ("02-transformed", "bb")]),
            Of("train", "0.1.0", Options, [("01-loaded", "bb"), ("02-transformed", "aa")]),
            Of("train", "0.1.0", Options, [("01-loaded", "aa")]),
            // The same text, cut elsewhere.
            Of("train0", ".1.0", Options, Inputs),
            Of("ab", "c", [], []),
            Of("a", "bc", [], []),
            Of("", "abc", [], []),
            Of("", "", [("ab", "c")], []),
            Of("", "", [("a", "bc")], []),
            Of("", "", [], [("a", "bc")]),
            Of("", "", [("a", "b"), ("c", "d")], []),
            Of("", "", [("a", "b")], [("c", "d")]),
            // A part that looks like the separators.
            Of("", "", [("a", "1:b;")], []),
            Of("", "", [("a", ""), ("1:b;", "")], []),
            Of("3:abc;", "", [], []),
            Of("", "3:abc;", [], []),
        ];

        Assert.That(all, Is.Unique);
    }
}
