using Amazon.CDK;
using Amazon.CDK.AWS.ECS;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Logs;
using Amazon.CDK.AWS.StepFunctions;
using Constructs;
using Pipeline.Storage;

namespace Pipeline.Infra;

/// <summary>The state machine that runs the stages, and the one role that may start their tasks.</summary>
internal sealed class NightlyMachine : Construct
{
    public NightlyMachine(Construct scope, Foundation foundation, IReadOnlyList<StageTask> stages, Cluster cluster, Notices notices) : base(scope, "Nightly")
    {
        Settings settings = foundation.Settings;
        Stack stack = Stack.Of(this);
        var role = new Role(this, "Role", new RoleProps
        {
            AssumedBy = new ServicePrincipal("states.amazonaws.com", new ServicePrincipalOpts
            {
                Conditions = EncryptionKeys.Condition("StringEquals", "aws:SourceAccount", stack.Account),
            }),
        });
        foreach (PolicyStatement statement in Statements(foundation, stages, cluster, notices))
            role.AddToPolicy(statement);

        Logs = new LogGroup(this, "Logs", new LogGroupProps
        {
            LogGroupName = $"/pipeline/{settings.Environment}/executions",
            Retention = LogRetention.Of(settings.KeepLogsDays),
            EncryptionKey = foundation.Keys.Operations,
            RemovalPolicy = RemovalPolicy.DESTROY,
        });
        Machine = new StateMachine(this, "StateMachine", new StateMachineProps
        {
            StateMachineName = $"pipeline-{settings.Environment}",
            StateMachineType = StateMachineType.STANDARD,
            DefinitionBody = DefinitionBody.FromString(StateMachineDefinition.Write([.. stages.Select(stage => stage.Stage)], foundation.Network.Subnets.Length)),
            DefinitionSubstitutions = Substitutions(foundation, stages, cluster, notices),
            Role = role,
            TracingEnabled = true,
            Logs = new LogOptions { Destination = Logs, Level = LogLevel.ALL, IncludeExecutionData = true },
        });
    }

    /// <summary>The state machine.</summary>
    public StateMachine Machine { get; }

    /// <summary>What it did, state by state.</summary>
    public LogGroup Logs { get; }

    private static IEnumerable<PolicyStatement> Statements(Foundation foundation, IReadOnlyList<StageTask> stages, Cluster cluster, Notices notices)
    {
        Stack stack = Stack.Of(cluster);
        yield return New("StartTasks", ["ecs:RunTask"], stages.Select(stage => stage.Definition.TaskDefinitionArn), EncryptionKeys.Condition("ArnEquals", "ecs:cluster", cluster.ClusterArn));
        yield return New(
            "FollowTasks", ["ecs:DescribeTasks", "ecs:StopTask"], [stack.FormatArn(new ArnComponents { Service = "ecs", Resource = "task", ResourceName = $"{cluster.ClusterName}/*" })],
            EncryptionKeys.Condition("ArnEquals", "ecs:cluster", cluster.ClusterArn));
        yield return New(
            "HandOutRoles", ["iam:PassRole"], stages.SelectMany(stage => new[] { stage.Role.RoleArn, stage.ExecutionRole.RoleArn }),
            EncryptionKeys.Condition("StringEquals", "iam:PassedToService", "ecs-tasks.amazonaws.com"));
        yield return New(
            "HearOfTasks", ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
            [stack.FormatArn(new ArnComponents { Service = "events", Resource = "rule", ResourceName = "StepFunctionsGetEventsForECSTaskRule" })]);
        yield return New("Tell", ["sns:Publish"], [notices.Topic.TopicArn]);
        yield return New(
            "TellEncrypted", ["kms:Decrypt", "kms:GenerateDataKey"], [foundation.Keys.Operations.KeyArn],
            EncryptionKeys.Condition("StringEquals", "kms:ViaService", $"sns.{stack.Region}.amazonaws.com"));
        yield return New(
            "ReadWords", ["s3:GetObject"],
            [
                .. stages.Select(stage => foundation.Bucket.Bucket.ArnForObjects($"{RunBucket.Runs}/*/{stage.Stage.Stage.Folder}/{StageOutput.ErrorFileName}")),
                foundation.Bucket.Bucket.ArnForObjects($"{RunBucket.Runs}/*/{Contracts.Stages.Email.Folder}/{Manifest.FileName}"),
                foundation.Bucket.Bucket.ArnForObjects($"{RunBucket.Runs}/*/{Contracts.Stages.Inject.Folder}/{Manifest.FileName}"),
            ]);
        yield return New(
            "ReadEncrypted", ["kms:Decrypt"], [foundation.Keys.Data.KeyArn],
            EncryptionKeys.Condition("StringEquals", "kms:ViaService", $"s3.{stack.Region}.amazonaws.com"));
    }

    private static Dictionary<string, string> Substitutions(Foundation foundation, IReadOnlyList<StageTask> stages, Cluster cluster, Notices notices)
    {
        var values = new Dictionary<string, string>
        {
            [StateMachineDefinition.Cluster] = cluster.ClusterArn,
            [StateMachineDefinition.Bucket] = foundation.Bucket.Bucket.BucketName,
            [StateMachineDefinition.Topic] = notices.Topic.TopicArn,
            [StateMachineDefinition.Name] = foundation.Settings.Environment,
        };
        foreach (StageTask stage in stages)
        {
            values[StateMachineDefinition.TaskOf(stage.Stage)] = stage.Definition.TaskDefinitionArn;
            values[StateMachineDefinition.GroupOf(stage.Stage)] = stage.Group.SecurityGroupId;
        }
        foreach ((int number, Amazon.CDK.AWS.EC2.ISubnet subnet) in foundation.Network.Subnets.Index())
            values[StateMachineDefinition.Subnet(number)] = subnet.SubnetId;
        return values;
    }

    private static PolicyStatement New(string sid, string[] actions, IEnumerable<string> resources, Dictionary<string, object>? conditions = null) =>
        new(new PolicyStatementProps { Sid = sid, Actions = actions, Resources = [.. resources], Conditions = conditions });
}
