using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Pipeline.Contracts;

namespace Pipeline.Infra;

/// <summary>What the role of a stage's task may do: read the folders of stages before it, write its own, and what that stage alone is for.</summary>
internal static class StageAccess
{
    /// <summary>What a reader of the bucket calls.</summary>
    private static readonly string[] Reading = ["s3:GetObject"];

    /// <summary>What a writer calls besides; a large file goes up in parts, which a failure must be able to take back.</summary>
    private static readonly string[] Writing = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"];

    private const string Listing = "s3:ListBucket";

    /// <summary>All that any stage does with the bucket.</summary>
    public static IReadOnlyList<string> BucketActions { get; } = [Listing, .. Reading, .. Writing];

    /// <summary>
    /// The groups of input files that a stage reads: the shop's interactions and catalogue, the customers with their lists of who must not be
    /// mailed, and the mailboxes suppressed since. Customers are for email alone.
    /// </summary>
    public static IReadOnlyList<string> InputsOf(StageContract stage) =>
        stage == Stages.Load ? ["shop"]
        : stage == Stages.Email ? ["customers"]
        : stage == Stages.Inject ? ["shop", "mailboxes"]
        : [];

    /// <summary>The statements about the bucket and the key behind it.</summary>
    public static IEnumerable<PolicyStatement> Bucket(StageContract stage, RunBucket bucket, EncryptionKeys keys)
    {
        string own = $"{RunBucket.Runs}/*/{stage.Folder}/*";
        string[] read = [.. stage.Reads.Select(before => $"{RunBucket.Runs}/*/{before.Folder}/*"), .. InputsOf(stage).Select(group => $"{RunBucket.Input}/{group}/*")];
        string[] all = [.. read, own];
        yield return New("Read", Reading, all.Select(bucket.Bucket.ArnForObjects));
        yield return New("WriteOwn", Writing, [bucket.Bucket.ArnForObjects(own)]);
        // "IfExists": S3 asks for this right, without a prefix, to tell a file that is not there from one that must not be read.
        yield return New("List", [Listing], [bucket.Bucket.BucketArn], EncryptionKeys.Condition("StringLikeIfExists", "s3:prefix", all));
        yield return New(
            "DataKey", ["kms:Decrypt", "kms:GenerateDataKey"], [keys.Data.KeyArn],
            EncryptionKeys.Condition("StringEquals", "kms:ViaService", $"s3.{Stack.Of(bucket).Region}.amazonaws.com"));
    }

    /// <summary>The statements about the keys for e-mail: it makes hashes and data keys, and can open nothing.</summary>
    public static IEnumerable<PolicyStatement> EmailKeys(EncryptionKeys keys)
    {
        yield return New("EmailMac", ["kms:GenerateMac"], keys.EmailMac.Select(key => key.Key.KeyArn));
        yield return New("EmailWrapping", ["kms:GenerateDataKey"], keys.EmailWrapping.Select(key => key.Key.KeyArn));
    }

    /// <summary>The statement about the key behind the database's password, for ECS, which hands the password to inject.</summary>
    public static PolicyStatement SecretKey(string key, string region) => New(
        "SecretKey", ["kms:Decrypt"], [key], EncryptionKeys.Condition("StringEquals", "kms:ViaService", $"secretsmanager.{region}.amazonaws.com"));

    private static PolicyStatement New(string sid, IEnumerable<string> actions, IEnumerable<string> resources, Dictionary<string, object>? conditions = null) =>
        new(new PolicyStatementProps { Sid = sid, Actions = [.. actions], Resources = [.. resources], Conditions = conditions });
}
