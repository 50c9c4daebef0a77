namespace Pipeline.Testing;

/// <summary>How often a test with random or made-up values goes round: seldom in every run, as often as was promised when PIPELINE_TEST_ROUNDS is <c>all</c>.</summary>
public static class Rounds
{
    /// <summary>The usual number, or the whole.</summary>
    public static int Of(int usual, int all) => Environment.GetEnvironmentVariable("PIPELINE_TEST_ROUNDS") == "all" ? all : usual;
}
