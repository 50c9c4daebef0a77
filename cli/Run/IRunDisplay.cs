using Pipeline.Flow;

namespace Pipeline.Cli.Run;

/// <summary>What a person sees of a run.</summary>
internal interface IRunDisplay
{
    /// <summary>Shows the run while it works.</summary>
    Task<int> ShowAsync(Func<Task<int>> work);

    /// <summary>A stage starts.</summary>
    void Started(FlowStage stage);

    /// <summary>A stage wrote a line to its log.</summary>
    void Logged(FlowStage stage, StageLine line);

    /// <summary>A stage wrote something that is no line of a log.</summary>
    void Unreadable(FlowStage stage, string line);

    /// <summary>A stage ended.</summary>
    void Ended(FlowStage stage, int exitCode, string error);
}
