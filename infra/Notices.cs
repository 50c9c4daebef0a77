using Amazon.CDK;
using Amazon.CDK.AWS.SNS;
using Amazon.CDK.AWS.SNS.Subscriptions;
using Constructs;

namespace Pipeline.Infra;

/// <summary>The topic that people hear of failures, successes and alarms from.</summary>
internal sealed class Notices : Construct
{
    public Notices(Construct scope, EncryptionKeys keys, Settings settings) : base(scope, "Notices")
    {
        Topic = new Topic(this, "Topic", new TopicProps
        {
            TopicName = $"pipeline-{settings.Environment}",
            MasterKey = keys.Operations,
            EnforceSSL = true,
        });
        // With a policy of its own the topic takes from CloudWatch only what is said here.
        Topic.AddToResourcePolicy(new Amazon.CDK.AWS.IAM.PolicyStatement(new Amazon.CDK.AWS.IAM.PolicyStatementProps
        {
            Sid = "Alarms",
            Principals = [new Amazon.CDK.AWS.IAM.ServicePrincipal("cloudwatch.amazonaws.com")],
            Actions = ["sns:Publish"],
            Resources = [Topic.TopicArn],
            Conditions = EncryptionKeys.Condition("StringEquals", "aws:SourceAccount", Stack.Of(this).Account),
        }));
        if (settings.NoticeEmail is { } email)
            Topic.AddSubscription(new EmailSubscription(email));
    }

    /// <summary>The topic.</summary>
    public Topic Topic { get; }
}
