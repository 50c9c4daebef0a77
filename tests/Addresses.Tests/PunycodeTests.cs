using System.Text;

namespace Pipeline.Addresses.Tests;

public class PunycodeTests
{
    /// <summary>RFC 3492, section 7.1, (A) to (S); a capital D in (I), which marks a letter's case, is small here.</summary>
    [TestCase("\u0644\u064A\u0647\u0645\u0627\u0628\u062A\u0643\u0644\u0645\u0648\u0634\u0639\u0631\u0628\u064A\u061F", "egbpdaj6bu4bxfgehfvwxn")]
    [TestCase("\u4ED6\u4EEC\u4E3A\u4EC0\u4E48\u4E0D\u8BF4\u4E2D\u6587", "ihqwcrb4cv8a8dqg056pqjye")]
    [TestCase("\u4ED6\u5011\u7232\u4EC0\u9EBD\u4E0D\u8AAA\u4E2D\u6587", "ihqwctvzc91f659drss3x8bo0yb")]
    [TestCase("Pro\u010Dprost\u011Bnemluv\u00ED\u010Desky", "Proprostnemluvesky-uyb24dma41a")]
    [TestCase(
        "\u05DC\u05DE\u05D4\u05D4\u05DD\u05E4\u05E9\u05D5\u05D8\u05DC\u05D0\u05DE\u05D3\u05D1\u05E8\u05D9\u05DD\u05E2\u05D1\u05E8\u05D9\u05EA",
        "4dbcagdahymbxekheh6e0a7fei0b")]
    [TestCase(
        "\u092F\u0939\u0932\u094B\u0917\u0939\u093F\u0928\u094D\u0926\u0940\u0915\u094D\u092F\u094B\u0902\u0928\u0939\u0940\u0902\u092C\u094B\u0932\u0938\u0915\u0924\u0947\u0939\u0948\u0902",
        "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd")]
    [TestCase(
        "\u306A\u305C\u307F\u3093\u306A\u65E5\u672C\u8A9E\u3092\u8A71\u3057\u3066\u304F\u308C\u306A\u3044\u306E\u304B",
        "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa")]
    [TestCase(
        "\uC138\uACC4\uC758\uBAA8\uB4E0\uC0AC\uB78C\uB4E4\uC774\uD55C\uAD6D\uC5B4\uB97C\uC774\uD574\uD55C\uB2E4\uBA74\uC5BC\uB9C8\uB098\uC88B\uC744\uAE4C",
        "989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c")]
    [TestCase(
        "\u043F\u043E\u0447\u0435\u043C\u0443\u0436\u0435\u043E\u043D\u0438\u043D\u0435\u0433\u043E\u0432\u043E\u0440\u044F\u0442\u043F\u043E\u0440\u0443\u0441\u0441\u043A\u0438",
        "b1abfaaepdrnnbgefbadotcwatmq2g4l")]
    [TestCase("Porqu\u00E9nopuedensimplementehablarenEspa\u00F1ol", "PorqunopuedensimplementehablarenEspaol-fmd56a")]
    [TestCase("T\u1EA1isaoh\u1ECDkh\u00F4ngth\u1EC3ch\u1EC9n\u00F3iti\u1EBFngVi\u1EC7t", "TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g")]
    [TestCase("3\u5E74B\u7D44\u91D1\u516B\u5148\u751F", "3B-ww4c5e180e575a65lsy2b")]
    [TestCase("\u5B89\u5BA4\u5948\u7F8E\u6075-with-SUPER-MONKEYS", "-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n")]
    [TestCase("Hello-Another-Way-\u305D\u308C\u305E\u308C\u306E\u5834\u6240", "Hello-Another-Way--fc4qua05auwb3674vfr0b")]
    [TestCase("\u3072\u3068\u3064\u5C4B\u6839\u306E\u4E0B2", "2-u9tlzr9756bt3uc0v")]
    [TestCase("Maji\u3067Koi\u3059\u308B5\u79D2\u524D", "MajiKoi5-783gue6qz075azm5e")]
    [TestCase("\u30D1\u30D5\u30A3\u30FCde\u30EB\u30F3\u30D0", "de-jg4avhby1noc0d")]
    [TestCase("\u305D\u306E\u30B9\u30D4\u30FC\u30C9\u3067", "d9juau41awczczp")]
    [TestCase("-> $1.00 <-", "-> $1.00 <--")]
    public void Samples_of_the_RFC_go_both_ways(string text, string encoded)
    {
        int[] codePoints = [.. text.EnumerateRunes().Select(rune => rune.Value)];
        var bytes = new byte[100];
        int length = Punycode.Encode(codePoints, bytes);
        var decoded = new int[100];
        int count = Punycode.Decode(Encoding.ASCII.GetBytes(encoded), decoded);
        Assert.Multiple(() =>
        {
            Assert.That(Encoding.ASCII.GetString(bytes[..length]), Is.EqualTo(encoded));
            Assert.That(decoded[..count], Is.EqualTo(codePoints));
        });
    }

    [TestCase("b", Description = "ends within a number")]
    [TestCase("99999999999999999999", Description = "exceeds every position")]
    [TestCase("ab_c", Description = "no digit of the base")]
    [TestCase("bcher-KVA", Description = "capitals are no digits here")]
    public void What_is_no_punycode_is_refused(string encoded) =>
        Assert.That(Punycode.Decode(Encoding.ASCII.GetBytes(encoded), new int[100]), Is.EqualTo(-1));

    [Test]
    public void Result_that_does_not_fit_is_refused()
    {
        int[] codePoints = [.. "b\u00FCcher".Select(c => (int)c)];
        Assert.That(Punycode.Encode(codePoints, new byte[9]), Is.EqualTo(9));
        for (int room = 0; room < 9; room++)
            Assert.That(Punycode.Encode(codePoints, new byte[room]), Is.EqualTo(-1), $"{room}");
    }
}
