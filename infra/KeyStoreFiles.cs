using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.ECS;
using Amazon.CDK.AWS.EFS;
using Amazon.CDK.AWS.IAM;
using Constructs;

namespace Pipeline.Infra;

/// <summary>
/// The key store of the stage email: a file system and not the bucket, since an erased customer must be gone at once, and a bucket
/// with versions remembers. For the same reason there are no automatic backups: a copy must not outlive an erasure.
/// </summary>
internal sealed class KeyStoreFiles : Construct
{
    /// <summary>Where a task finds it.</summary>
    public const string MountPath = "/keystore";

    private const string VolumeName = "keystore";
    private const string Owner = "1654";
    private const int Nfs = 2049;

    private readonly CfnFileSystem files;
    private readonly CfnAccessPoint access;
    private readonly SecurityGroup group;

    public KeyStoreFiles(Construct scope, Network network, EncryptionKeys keys, Settings settings) : base(scope, "KeyStore")
    {
        group = network.NewGroup("KeyStore", "The key store");
        files = new CfnFileSystem(this, "Files", new CfnFileSystemProps
        {
            Encrypted = true,
            KmsKeyId = keys.Data.KeyArn,
            BackupPolicy = new CfnFileSystem.BackupPolicyProperty { Status = "DISABLED" },
            FileSystemTags = [new CfnFileSystem.ElasticFileSystemTagProperty { Key = "Name", Value = $"pipeline-{settings.Environment}-keystore" }],
            FileSystemPolicy = OnlyEncrypted(),
        });
        files.ApplyRemovalPolicy(settings.DeleteWithStack ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
        access = new CfnAccessPoint(this, "Access", new CfnAccessPointProps
        {
            FileSystemId = files.AttrFileSystemId,
            PosixUser = new CfnAccessPoint.PosixUserProperty { Uid = Owner, Gid = Owner },
            RootDirectory = new CfnAccessPoint.RootDirectoryProperty
            {
                Path = "/" + VolumeName,
                CreationInfo = new CfnAccessPoint.CreationInfoProperty { OwnerUid = Owner, OwnerGid = Owner, Permissions = "700" },
            },
        });
        foreach ((int number, ISubnet subnet) in network.Subnets.Index())
        {
            _ = new CfnMountTarget(this, $"Mount{number + 1}", new CfnMountTargetProps
            {
                FileSystemId = files.AttrFileSystemId,
                SubnetId = subnet.SubnetId,
                SecurityGroups = [group.SecurityGroupId],
            });
        }
    }

    /// <summary>The volume of a task that uses it.</summary>
    public Amazon.CDK.AWS.ECS.Volume Volume => new()
    {
        Name = VolumeName,
        EfsVolumeConfiguration = new EfsVolumeConfiguration
        {
            FileSystemId = files.AttrFileSystemId,
            TransitEncryption = "ENABLED",
            AuthorizationConfig = new AuthorizationConfig { AccessPointId = access.AttrAccessPointId, Iam = "ENABLED" },
        },
    };

    /// <summary>Where that volume is mounted.</summary>
    public static MountPoint Mount => new() { SourceVolume = VolumeName, ContainerPath = MountPath, ReadOnly = false };

    /// <summary>What a task's role needs to mount and write it.</summary>
    public PolicyStatement Statement => new(new PolicyStatementProps
    {
        Sid = "KeyStore",
        Actions = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        Resources = [files.AttrArn],
        Conditions = EncryptionKeys.Condition("StringEquals", "elasticfilesystem:AccessPointArn", access.AttrArn),
    });

    /// <summary>Lets a stage's tasks reach it.</summary>
    public void AllowFrom(SecurityGroup tasks) => Network.Allow(tasks, group, Nfs, "The key store");

    private static PolicyDocument OnlyEncrypted() => new(new PolicyDocumentProps
    {
        Statements =
        [
            new PolicyStatement(new PolicyStatementProps
            {
                Sid = "OnlyEncrypted",
                Effect = Effect.DENY,
                Principals = [new AnyPrincipal()],
                Actions = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite", "elasticfilesystem:ClientRootAccess"],
                Resources = ["*"],
                Conditions = EncryptionKeys.Condition("Bool", "aws:SecureTransport", "false"),
            }),
        ],
    });
}
