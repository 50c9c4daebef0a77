using Pipeline.Cli.Run;
using Pipeline.Hosting;

namespace Pipeline.Cli.Tests.Run;

internal sealed class FlagsTests
{
    [Test]
    public void Flags_are_cut_into_names_and_values()
    {
        Dictionary<string, string> flags = Flags.Parse(["--run", "a b", "--columns=user=U,item=I", "--overwrite", "--exclude-items", "^-", "--seed", "-1"]);
        Assert.That(flags, Is.EqualTo(new Dictionary<string, string>
        {
            ["run"] = "a b",
            ["columns"] = "user=U,item=I",
            ["overwrite"] = "true",
            ["exclude-items"] = "^-",
            ["seed"] = "-1",
        }));
    }

    [Test]
    public void Switch_at_the_end_is_true() => Assert.That(Flags.Parse(["--overwrite"])["overwrite"], Is.EqualTo("true"));

    [TestCase("run", "'run' is no option")]
    [TestCase("-r", "'-r' is no option")]
    [TestCase("--", "'--' is no option")]
    public void Something_else_is_refused(string word, string message) =>
        Assert.That(() => Flags.Parse(["--a", "b", word]), Throws.InstanceOf<StageException>().With.Message.Contains(message)
            .And.Property(nameof(StageException.Code)).EqualTo(ExitCode.Usage));

    [Test]
    public void Flag_given_twice_is_refused() =>
        Assert.That(() => Flags.Parse(["--a", "1", "--a=2"]), Throws.InstanceOf<StageException>().With.Message.EqualTo("--a is given twice."));
}
