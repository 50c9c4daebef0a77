using Pipeline.Hosting;

namespace Pipeline.Keys;

/// <summary>Whether this process runs as a task in the cloud, where keys must come from a key service.</summary>
internal static class CloudProfile
{
    /// <summary>Set by AWS in every task of ECS, on Fargate or not.</summary>
    private static readonly string[] Variables = ["AWS_EXECUTION_ENV", "ECS_CONTAINER_METADATA_URI_V4", "ECS_CONTAINER_METADATA_URI"];

    /// <summary>Refuses keys from a file in the cloud: there a file would have to be put into an image or a secret, which others can read.</summary>
    public static void RefuseLocalKeys()
    {
        if (Variables.FirstOrDefault(name => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name))) is { } variable)
        {
            throw new StageException(
                ExitCode.Usage, $"A local key ring is not used in the cloud, and {variable} says that this is a task there.",
                "Name keys in AWS KMS with --kms-mac-key and --kms-data-key.");
        }
    }
}
