using Amazon.CDK;
using Amazon.CDK.AWS.S3;
using Constructs;

namespace Pipeline.Infra;

/// <summary>The bucket of the runs and of the files the shop puts in.</summary>
internal sealed class RunBucket : Construct
{
    /// <summary>Below it lies one folder for each run.</summary>
    public const string Runs = "runs";

    /// <summary>Below it lies one folder for each group of input files, see <see cref="StageAccess"/>.</summary>
    public const string Input = "input";

    /// <summary>How long what was replaced or removed can still be brought back.</summary>
    private const int RecoveryDays = 7;

    public RunBucket(Construct scope, EncryptionKeys keys, Settings settings) : base(scope, "RunBucket")
    {
        Bucket = new Bucket(this, "Bucket", new BucketProps
        {
            Encryption = BucketEncryption.KMS,
            EncryptionKey = keys.Data,
            BucketKeyEnabled = true,
            Versioned = true,
            BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
            ObjectOwnership = ObjectOwnership.BUCKET_OWNER_ENFORCED,
            EnforceSSL = true,
            MinimumTLSVersion = 1.2,
            RemovalPolicy = settings.DeleteWithStack ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
            LifecycleRules =
            [
                new LifecycleRule
                {
                    Id = "old-runs",
                    Prefix = Runs + "/",
                    Expiration = Duration.Days(settings.KeepRunsDays),
                },
                new LifecycleRule
                {
                    Id = "leftovers",
                    NoncurrentVersionExpiration = Duration.Days(RecoveryDays),
                    AbortIncompleteMultipartUploadAfter = Duration.Days(1),
                },
            ],
        });
    }

    /// <summary>The bucket itself.</summary>
    public Bucket Bucket { get; }
}
