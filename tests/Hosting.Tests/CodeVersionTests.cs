namespace Pipeline.Hosting.Tests;

public sealed class CodeVersionTests
{
    [Test]
    public void Code_is_named_by_its_version_and_a_hash_that_repeats()
    {
        string version = CodeVersion.Of(typeof(StageHost).Assembly);

        Assert.That(version, Does.Match("^\\d+\\.\\d+\\.\\d+\\+[0-9a-f]{16}$"));
        Assert.That(CodeVersion.Of(typeof(StageHost).Assembly), Is.EqualTo(version));
    }

    [Test]
    public void Other_code_has_another_hash()
    {
        Assert.That(CodeVersion.Of(typeof(CodeVersionTests).Assembly), Is.Not.EqualTo(CodeVersion.Of(typeof(StageHost).Assembly)));
    }
}
