using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Transform.Tests;

public class ReadmeTests
{
    [Test]
    public void Readme_lists_every_option_with_its_default() => new Readme(Stages.Transform).MustListTheOptions();
}
