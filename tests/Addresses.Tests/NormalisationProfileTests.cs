using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Addresses.Tests;

public class NormalisationProfileTests
{
    /// <summary>Published by Meta and by the project UID2, with the hashes that they give.</summary>
    [TestCase("meta/v1", "John_Smith@gmail.com", "john_smith@gmail.com", "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f")]
    [TestCase("uid2/v1", "USER@example.com", "user@example.com", "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514")]
    [TestCase("uid2/v1", "JANE.SAOIRSE@gmail.com", "janesaoirse@gmail.com", "92ee26057ed9dea2535d6c8b141d48373932476599196e00352254896db5888f")]
    [TestCase("uid2/v1", "JaneSaoirse+Work@gmail.com", "janesaoirse@gmail.com", "92ee26057ed9dea2535d6c8b141d48373932476599196e00352254896db5888f")]
    [TestCase("uid2/v1", "JaneSaoirse+Work@example.com", "janesaoirse+work@example.com", "28aaee4815230cd3b4ebd88c515226550666e91ac019929e3adac3f66c288180")]
    [TestCase("uid2/v1", "My.Email@example.com", "my.email@example.com", "e22b53bc6f871274f3a62ab37a3caed7214fc14d676215a96a242fcfada1c81f")]
    public void Published_vectors_hold(string profile, string written, string normalised, string sha256)
    {
        string result = Normalise(profile, written);
        Assert.That(result, Is.EqualTo(normalised));
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(result))), Is.EqualTo(sha256));
    }

    /// <summary>UID2 publishes the base64 of the hash as well.</summary>
    [TestCase("USER@example.com", "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=")]
    [TestCase("JANE.SAOIRSE@gmail.com", "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8=")]
    [TestCase("JaneSaoirse+Work@example.com", "KKruSBUjDNO069iMUVImVQZm6RrAGZKeOtrD9mwogYA=")]
    public void Published_vectors_of_UID2_hold_in_base64(string written, string base64) =>
        Assert.That(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Normalise("uid2/v1", written)))), Is.EqualTo(base64));

    /// <summary>Our own, one line for each address: what each profile makes of it.</summary>
    [TestCase("ann@gmail.com", "ann@gmail.com", "ann@gmail.com", "ann@gmail.com", "ann@gmail.com", "ann@gmail.com")]
    [TestCase("A.n.N@Gmail.com", "a.n.n@gmail.com", "ann@gmail.com", "a.n.n@gmail.com", "ann@gmail.com", "ann@gmail.com")]
    [TestCase("a.nn+x.y@gmail.com", "a.nn+x.y@gmail.com", "ann@gmail.com", "a.nn+x.y@gmail.com", "ann+xy@gmail.com", "ann@gmail.com")]
    [TestCase("a.n+n.x+y@gmail.com", "a.n+n.x+y@gmail.com", "an@gmail.com", "a.n+n.x+y@gmail.com", "an+nx+y@gmail.com", "an@gmail.com")]
    [TestCase("A.nn+X@GoogleMail.com", "a.nn+x@googlemail.com", "ann@gmail.com", "a.nn+x@googlemail.com", "ann+x@googlemail.com", "a.nn+x@googlemail.com")]
    [TestCase("a.nn.@gmail.com", "a.nn.@gmail.com", "ann@gmail.com", "a.nn.@gmail.com", "ann@gmail.com", "ann@gmail.com")]
    public void Gmail_is_treated_as_the_profile_says(string written, string joins, string mailbox, string meta, string google, string uid2) =>
        AssertProfiles(written, joins, mailbox, meta, google, uid2);

    /// <summary>Our own: providers other than Gmail are left alone, however alike the name.</summary>
    [TestCase("A.n.n@example.com", "a.n.n@example.com")]
    [TestCase("ann+shop@example.com", "ann+shop@example.com")]
    [TestCase("a.nn+b@mail.gmail.com", "a.nn+b@mail.gmail.com")]
    [TestCase("a.nn+b@notgmail.com", "a.nn+b@notgmail.com")]
    [TestCase("a.nn+b@gmail.com.example.org", "a.nn+b@gmail.com.example.org")]
    [TestCase("a.nn+b@gmail.co", "a.nn+b@gmail.co")]
    [TestCase("a.nn+b@B\u00DCCHER.example", "a.nn+b@xn--bcher-kva.example")]
    public void Other_providers_are_the_same_in_every_profile(string written, string normalised) =>
        AssertProfiles(written, normalised, normalised, normalised, normalised, normalised);

    /// <summary>Our own. Nothing but a tag stands before the @: there is no mailbox to be found behind it, so the address stays as it is.</summary>
    [TestCase("+shop@gmail.com")]
    [TestCase("+@gmail.com")]
    [TestCase(".+shop@gmail.com")]
    public void Address_that_is_all_tag_stays_as_it_is(string written)
    {
        Assert.That(Normalise("mailbox/v1", written), Is.EqualTo(written));
        Assert.That(Normalise("uid2/v1", written), Is.EqualTo(written));
    }

    [Test]
    public void Profiles_are_a_closed_list_of_names_with_versions() =>
        Assert.That(
            NormalisationProfile.All.Select(profile => profile.Name), Is.EqualTo(new[] { "internal/v1", "mailbox/v1", "meta/v1", "google/v1", "uid2/v1" }));

    [Test]
    public void Result_is_its_own_result()
    {
        foreach (NormalisationProfile profile in NormalisationProfile.All)
            foreach (string written in (string[])["A.n+B@gmail.com", "A.n+B@googlemail.com", "..a+@gmail.com", "+a@gmail.com", "A.n+B@b\u00FCcher.example."])
            {
                string once = Normalise(profile.Name, written);
                Assert.That(Normalise(profile.Name, once), Is.EqualTo(once), $"{profile.Name} {written}");
            }
    }

    private static void AssertProfiles(string written, params string[] normalised) =>
        Assert.That(NormalisationProfile.All.Select(profile => Normalise(profile.Name, written)), Is.EqualTo(normalised));

    private static string Normalise(string profile, string written)
    {
        Span<byte> parsed = stackalloc byte[EmailAddress.MaxLength], buffer = stackalloc byte[EmailAddress.MaxLength];
        Assert.That(AddressParser.Parse(Encoding.UTF8.GetBytes(written), parsed, out EmailAddress address, out _), Is.Not.EqualTo(AddressVerdict.Invalid));
        return Encoding.UTF8.GetString(NormalisationProfile.All.Single(p => p.Name == profile).Normalise(address, buffer));
    }
}
