using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.ECR;
using Amazon.CDK.AWS.ECS;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Logs;
using Constructs;
using Pipeline.Contracts;
using Pipeline.Flow;
using Pipeline.Hosting;

namespace Pipeline.Infra;

/// <summary>A stage of the flow as a task of ECS: repository of its image, task definition, role, log group, security group.</summary>
internal sealed class StageTask : Construct
{
    /// <summary>Name of the one container.</summary>
    public const string Container = "stage";

    /// <summary>The only place a task may write besides the bucket.</summary>
    private const string Scratch = "/tmp";

    private const string User = "1654";

    public StageTask(Construct scope, FlowStage stage, Foundation foundation) : base(scope, stage.Project)
    {
        Stage = stage;
        Settings settings = foundation.Settings;
        string name = stage.Stage.Name;
        Group = foundation.Network.NewTaskGroup(stage.Project);
        Logs = new LogGroup(this, "Logs", new LogGroupProps
        {
            LogGroupName = $"/pipeline/{settings.Environment}/{name}",
            Retention = LogRetention.Of(settings.KeepLogsDays),
            EncryptionKey = foundation.Keys.Operations,
            RemovalPolicy = RemovalPolicy.DESTROY,
        });
        var images = new Repository(this, "Images", new RepositoryProps
        {
            RepositoryName = $"pipeline-{settings.Environment}/{name}",
            ImageTagMutability = TagMutability.IMMUTABLE,
            ImageScanOnPush = true,
            Encryption = RepositoryEncryption.KMS,
            EncryptionKey = foundation.Keys.Operations,
            LifecycleRules = [new Amazon.CDK.AWS.ECR.LifecycleRule { Description = "The last ten images", MaxImageCount = 10 }],
            RemovalPolicy = settings.DeleteWithStack ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
            EmptyOnDelete = settings.DeleteWithStack,
        });
        Role = NewRole("Role");
        foreach (PolicyStatement statement in StageAccess.Bucket(stage.Stage, foundation.Bucket, foundation.Keys))
            Role.AddToPolicy(statement);

        bool isEmail = stage.Stage == Stages.Email, isInject = stage.Stage == Stages.Inject;
        var environment = new Dictionary<string, string>
        {
            ["AWS_REGION"] = Stack.Of(this).Region,
            ["TMPDIR"] = Scratch,
            [OptionReader.EnvironmentName("metrics")] = settings.MetricsNamespace,
        };
        if (isEmail)
        {
            environment[OptionReader.EnvironmentName("kms-mac-key")] = EncryptionKeys.Option(foundation.Keys.EmailMac);
            environment[OptionReader.EnvironmentName("kms-data-key")] = EncryptionKeys.Option(foundation.Keys.EmailWrapping);
            environment[OptionReader.EnvironmentName("key-store")] = KeyStoreFiles.MountPath;
            foreach (PolicyStatement statement in StageAccess.EmailKeys(foundation.Keys))
                Role.AddToPolicy(statement);
            Role.AddToPolicy(foundation.KeyStore.Statement);
            foundation.KeyStore.AllowFrom(Group);
        }
        if (isInject)
        {
            environment[OptionReader.EnvironmentName("target")] = foundation.Database.Url;
            foundation.Database.AllowFrom(Group);
        }
        foreach ((string option, string value) in settings.Options.GetValueOrDefault(name) ?? new Dictionary<string, string>())
            environment[OptionReader.EnvironmentName(option)] = value.Replace("{bucket}", foundation.Bucket.Bucket.BucketName, StringComparison.Ordinal);

        ExecutionRole = NewRole("ExecutionRole");
        if (isInject && foundation.Database.SecretKeyArn is { } secretKey)
            ExecutionRole.AddToPolicy(StageAccess.SecretKey(secretKey, Stack.Of(this).Region));
        Definition = new FargateTaskDefinition(this, "Definition", new FargateTaskDefinitionProps
        {
            Family = $"pipeline-{settings.Environment}-{name}",
            Cpu = stage.CpuUnits,
            MemoryLimitMiB = stage.MemoryMegabytes,
            EphemeralStorageGiB = stage.DiskGigabytes,
            TaskRole = Role,
            ExecutionRole = ExecutionRole,
            RuntimePlatform = new RuntimePlatform
            {
                OperatingSystemFamily = OperatingSystemFamily.LINUX,
                CpuArchitecture = settings.Architecture == "arm64" ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
            },
            Volumes = isEmail ? [new Amazon.CDK.AWS.ECS.Volume { Name = "scratch" }, foundation.KeyStore.Volume] : [new Amazon.CDK.AWS.ECS.Volume { Name = "scratch" }],
        });
        ContainerDefinition container = Definition.AddContainer(Container, new ContainerDefinitionOptions
        {
            ContainerName = Container,
            Image = ContainerImage.FromEcrRepository(images, settings.ImageTag),
            Essential = true,
            User = User,
            ReadonlyRootFilesystem = true,
            LinuxParameters = NoCapabilities(),
            StopTimeout = Duration.Seconds(stage.StopTimeOut.TotalSeconds),
            Environment = environment,
            Secrets = isInject
                ? new Dictionary<string, Amazon.CDK.AWS.ECS.Secret> { ["PIPELINE_DATABASE_SECRET"] = Amazon.CDK.AWS.ECS.Secret.FromSecretsManager(foundation.Database.Secret) }
                : null,
            Logging = LogDriver.AwsLogs(new AwsLogDriverProps { LogGroup = Logs, StreamPrefix = name }),
        });
        container.AddMountPoints(new MountPoint { SourceVolume = "scratch", ContainerPath = Scratch, ReadOnly = false });
        if (isEmail)
            container.AddMountPoints(KeyStoreFiles.Mount);
    }

    /// <summary>The stage.</summary>
    public FlowStage Stage { get; }

    /// <summary>How its task is run.</summary>
    public FargateTaskDefinition Definition { get; }

    /// <summary>What the stage may do.</summary>
    public Role Role { get; }

    /// <summary>What ECS may do to start it.</summary>
    public Role ExecutionRole { get; }

    /// <summary>What it may reach.</summary>
    public SecurityGroup Group { get; }

    /// <summary>Where its words go.</summary>
    public LogGroup Logs { get; }

    private Role NewRole(string id) => new(this, id, new RoleProps
    {
        AssumedBy = new ServicePrincipal("ecs-tasks.amazonaws.com", new ServicePrincipalOpts
        {
            Conditions = EncryptionKeys.Condition("StringEquals", "aws:SourceAccount", Stack.Of(this).Account),
        }),
    });

    private LinuxParameters NoCapabilities()
    {
        var parameters = new LinuxParameters(this, "Linux", new LinuxParametersProps { InitProcessEnabled = false });
        parameters.DropCapabilities(Capability.ALL);
        return parameters;
    }
}
