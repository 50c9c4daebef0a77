namespace Pipeline.Cli.Aws;

/// <summary>A service of AWS that speaks JSON.</summary>
/// <param name="Title">Its name for people.</param>
/// <param name="Name">Its name in addresses and signatures.</param>
/// <param name="EndpointVariable">The end of the environment variable with another address.</param>
/// <param name="Target">What stands before an operation's name.</param>
/// <param name="JsonVersion">The version of the protocol.</param>
internal sealed record AwsService(string Title, string Name, string EndpointVariable, string Target, string JsonVersion)
{
    /// <summary>State machines and their executions.</summary>
    public static readonly AwsService StepFunctions = new("Step Functions", "states", "SFN", "AWSStepFunctions", "1.0");

    /// <summary>The logs of the tasks.</summary>
    public static readonly AwsService Logs = new("CloudWatch Logs", "logs", "CLOUDWATCH_LOGS", "Logs_20140328", "1.1");
}
