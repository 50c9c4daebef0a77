using Amazon.CDK;
using Amazon.CDK.AWS.ECS;
using Constructs;

namespace Pipeline.Infra;

/// <summary>All of the pipeline in one account and region: the flow as tasks and a state machine, and what they need.</summary>
internal sealed class PipelineStack : Stack
{
    public PipelineStack(Construct scope, Settings settings) : base(scope, $"pipeline-{settings.Environment}", new StackProps
    {
        StackName = $"pipeline-{settings.Environment}",
        Description = "Nightly recommendations for a shop's mails",
        TerminationProtection = !settings.DeleteWithStack,
    })
    {
        Tags.SetTag("pipeline", settings.Environment);
        var keys = new EncryptionKeys(this, settings);
        var bucket = new RunBucket(this, keys, settings);
        var network = new Network(this, StageAccess.BucketActions, bucket, settings);
        var keyStore = new KeyStoreFiles(this, network, keys, settings);
        var database = new LiveDatabase(this, network, keys, settings);
        var foundation = new Foundation(settings, keys, bucket, network, keyStore, database);

        var cluster = new Cluster(this, "Cluster", new ClusterProps { ClusterName = $"pipeline-{settings.Environment}", Vpc = network.Vpc });
        StageTask[] stages = [.. settings.Stages.Select(stage => new StageTask(this, stage, foundation))];
        var notices = new Notices(this, keys, settings);
        var nightly = new NightlyMachine(this, foundation, stages, cluster, notices);
        _ = new NightlySchedule(this, nightly.Machine, settings);
        _ = new Watch(this, nightly.Machine, notices, settings);

        Output("Bucket", bucket.Bucket.BucketName, "Where the runs lie and the input files go");
        Output("StateMachine", nightly.Machine.StateMachineArn, "For ./pipeline aws");
        Output("Topic", notices.Topic.TopicArn, "Notices and alarms");
        Output("Vpc", network.Vpc.VpcId, "For a peering to a database that exists");
        Output("DatabaseUrl", database.Url, "The database, without its password");
        Output("DatabaseSecret", database.Secret.SecretArn, "The secret with its password");
    }

    private void Output(string name, string value, string description) => _ = new CfnOutput(this, name, new CfnOutputProps { Value = value, Description = description });
}
