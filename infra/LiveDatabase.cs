using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.RDS;
using Amazon.CDK.AWS.SecretsManager;
using Constructs;

namespace Pipeline.Infra;

/// <summary>The database that inject writes to: one that exists, known by the secret with its password, or an Aurora PostgreSQL made here.</summary>
internal sealed class LiveDatabase : Construct
{
    private const string User = "pipeline", Name = "shop";
    private const string Version = "17.5";
    private const int PostgreSql = 5432;

    private readonly SecurityGroup? group;
    private readonly string? cidr;

    public LiveDatabase(Construct scope, Network network, EncryptionKeys keys, Settings settings) : base(scope, "Database")
    {
        if (settings.Aurora is not { } size)
        {
            Secret = Amazon.CDK.AWS.SecretsManager.Secret.FromSecretCompleteArn(this, "Secret", settings.DatabaseSecretArn!);
            Url = settings.DatabaseUrl!;
            cidr = settings.DatabaseCidr;
            SecretKeyArn = settings.DatabaseSecretKeyArn;
            return;
        }
        group = network.NewGroup("Database", "The database");
        var cluster = new DatabaseCluster(this, "Aurora", new DatabaseClusterProps
        {
            Engine = DatabaseClusterEngine.AuroraPostgres(new AuroraPostgresClusterEngineProps { Version = AuroraPostgresEngineVersion.Of(Version, Version.Split('.')[0]) }),
            Writer = ClusterInstance.ServerlessV2("Writer", new ServerlessV2ClusterInstanceProps { PubliclyAccessible = false }),
            ServerlessV2MinCapacity = size.MinimumUnits,
            ServerlessV2MaxCapacity = size.MaximumUnits,
            Vpc = network.Vpc,
            VpcSubnets = new SubnetSelection { Subnets = network.Subnets },
            SecurityGroups = [group],
            StorageEncrypted = true,
            StorageEncryptionKey = keys.Data,
            Credentials = Credentials.FromGeneratedSecret(User, new CredentialsBaseOptions { EncryptionKey = keys.Operations }),
            DefaultDatabaseName = Name,
            DeletionProtection = !settings.DeleteWithStack,
            RemovalPolicy = settings.DeleteWithStack ? RemovalPolicy.DESTROY : RemovalPolicy.SNAPSHOT,
            Backup = new BackupProps { Retention = Duration.Days(7) },
            CopyTagsToSnapshot = true,
        });
        Secret = cluster.Secret!;
        SecretKeyArn = keys.Operations.KeyArn;
        Url = $"postgresql://{User}@{cluster.ClusterEndpoint.Hostname}:{PostgreSql}/{Name}?sslmode=require";
    }

    /// <summary>Holds <c>username</c> and <c>password</c>.</summary>
    public ISecret Secret { get; }

    /// <summary>The key that the secret is encrypted with; null for the one that AWS has for all secrets.</summary>
    public string? SecretKeyArn { get; }

    /// <summary>The database as inject takes it, without a password.</summary>
    public string Url { get; }

    /// <summary>Lets a stage's tasks reach it.</summary>
    public void AllowFrom(SecurityGroup tasks)
    {
        if (group is not null)
            Network.Allow(tasks, group, PostgreSql, "The database");
        else
            tasks.AddEgressRule(Peer.Ipv4(cidr!), Port.Tcp(new Uri(Url).Port is > 0 and int port ? port : PostgreSql), "The database");
    }
}
