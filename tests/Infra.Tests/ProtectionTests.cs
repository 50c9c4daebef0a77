using System.Text.Json.Nodes;

namespace Pipeline.Infra.Tests;

/// <summary>What protects data: keys, versions, networks, and what stays when the stack goes.</summary>
public sealed class ProtectionTests
{
    [Test]
    public void Bucket_is_encrypted_versioned_private_and_speaks_tls_only()
    {
        JsonNode bucket = Template.Dev.Single("AWS::S3::Bucket").Properties;
        JsonNode rule = bucket["BucketEncryption"]!["ServerSideEncryptionConfiguration"]!.AsArray().Single()!;
        Assert.Multiple(() =>
        {
            Assert.That((string?)rule["ServerSideEncryptionByDefault"]!["SSEAlgorithm"], Is.EqualTo("aws:kms"));
            Assert.That(Template.Text(rule["ServerSideEncryptionByDefault"]!["KMSMasterKeyID"]), Is.EqualTo("{KeysData.Arn}"));
            Assert.That((bool?)rule["BucketKeyEnabled"], Is.True);
            Assert.That((string?)bucket["VersioningConfiguration"]!["Status"], Is.EqualTo("Enabled"));
            foreach (string block in new[] { "BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets" })
                Assert.That((bool?)bucket["PublicAccessBlockConfiguration"]![block], Is.True, block);
            Assert.That(
                Template.Dev.Single("AWS::S3::BucketPolicy").Properties["PolicyDocument"]!["Statement"]!.AsArray().SelectMany(s => Template.Rows(s!)),
                Has.Some.EqualTo("DENY s3:* on {RunBucket.Arn}/* if Bool aws:SecureTransport false"));
        });
    }

    [TestCase("dev", 14)]
    [TestCase("prod", 90)]
    public void Runs_go_after_their_days_and_what_was_replaced_after_a_week(string environment, int days)
    {
        Template template = environment == "dev" ? Template.Dev : Template.Prod;
        JsonArray rules = template.Single("AWS::S3::Bucket").Properties["LifecycleConfiguration"]!["Rules"]!.AsArray();
        Assert.That(rules.Select(r => $"{r!["Prefix"]} {r["ExpirationInDays"]} {r["NoncurrentVersionExpiration"]?["NoncurrentDays"]} {r["AbortIncompleteMultipartUpload"]?["DaysAfterInitiation"]}"),
            Is.EqualTo(new[] { $"runs/ {days}  ", "  7 1" }));
    }

    [Test]
    public void Keys_are_one_for_each_purpose_and_rotate_where_kms_can()
    {
        Assert.That(
            Template.Dev.OfType("AWS::KMS::Key").Select(k => $"{Template.Name(k.Id)} {k.Properties["KeySpec"] ?? "SYMMETRIC_DEFAULT"} {k.Properties["EnableKeyRotation"] ?? "false"}"),
            Is.EquivalentTo(new[]
            {
                "KeysData SYMMETRIC_DEFAULT true", "KeysOperations SYMMETRIC_DEFAULT true", "KeysEmailWrapping1 SYMMETRIC_DEFAULT true", "KeysEmailMac1 HMAC_256 false",
            }));
    }

    [Test]
    public void Second_version_of_the_email_keys_opens_the_window_of_a_rotation()
    {
        Template window = Template.Synthesize(Template.Read("dev", ("emailKeyVersions", "[1, 2]")));
        IReadOnlyDictionary<string, string> variables = StageTemplate.All(window)["email"].Environment;
        Assert.That(variables["PIPELINE_KMS_MAC_KEY"], Is.EqualTo("1={KeysEmailMac1.Arn},2={KeysEmailMac2.Arn}"));
        Assert.That(variables["PIPELINE_KMS_DATA_KEY"], Is.EqualTo("1={KeysEmailWrapping1.Arn},2={KeysEmailWrapping2.Arn}"));
        Assert.That(window.RowsOf("EmailRole"), Has.Some.EqualTo("kms:GenerateMac on {KeysEmailMac2.Arn}"));
    }

    /// <summary>Every resource that can be encrypted, by the property that says with which key.</summary>
    [TestCase("AWS::Logs::LogGroup", "KmsKeyId", "{KeysOperations.Arn}")]
    [TestCase("AWS::SNS::Topic", "KmsMasterKeyId", "{KeysOperations.Arn}")]
    [TestCase("AWS::ECR::Repository", "EncryptionConfiguration.KmsKey", "{KeysOperations.Arn}")]
    [TestCase("AWS::SecretsManager::Secret", "KmsKeyId", "{KeysOperations.Arn}")]
    [TestCase("AWS::EFS::FileSystem", "KmsKeyId", "{KeysData.Arn}")]
    [TestCase("AWS::RDS::DBCluster", "KmsKeyId", "{KeysData.Arn}")]
    public void Everything_at_rest_is_encrypted_with_a_key_of_ours(string type, string property, string key)
    {
        IReadOnlyList<(string Id, JsonNode Properties)> resources = Template.Dev.OfType(type);
        Assert.That(resources, Is.Not.Empty);
        foreach ((string id, JsonNode properties) in resources)
            Assert.That(Template.Text(property.Split('.').Aggregate((JsonNode?)properties, (node, name) => node?[name])), Is.EqualTo(key), id);
    }

    [Test]
    public void Nothing_else_could_be_encrypted()
    {
        string[] known =
        [
            "AWS::Logs::LogGroup", "AWS::SNS::Topic", "AWS::ECR::Repository", "AWS::SecretsManager::Secret", "AWS::EFS::FileSystem", "AWS::RDS::DBCluster",
            "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::KMS::Alias", "AWS::S3::BucketPolicy", "AWS::IAM::Role", "AWS::IAM::Policy", "AWS::SNS::TopicPolicy",
            "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::RouteTable", "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPCEndpoint", "AWS::EC2::SecurityGroup",
            "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress", "AWS::EFS::AccessPoint", "AWS::EFS::MountTarget", "AWS::RDS::DBSubnetGroup",
            "AWS::RDS::DBInstance", "AWS::SecretsManager::SecretTargetAttachment", "AWS::ECS::Cluster", "AWS::ECS::TaskDefinition", "AWS::StepFunctions::StateMachine",
            "AWS::Scheduler::Schedule", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard",
        ];
        Assert.That(Template.Dev.All.Select(r => (string)r.Resource["Type"]!).Distinct(), Is.SubsetOf(known));
    }

    [Test]
    public void Logs_are_kept_for_as_long_as_was_said()
    {
        Assert.That(Template.Dev.OfType("AWS::Logs::LogGroup").Select(g => (string?)g.Properties["LogGroupName"]), Is.EquivalentTo(new[]
        {
            "/pipeline/dev/load", "/pipeline/dev/transform", "/pipeline/dev/train", "/pipeline/dev/email", "/pipeline/dev/inject", "/pipeline/dev/executions",
        }));
        Assert.That(Template.Dev.OfType("AWS::Logs::LogGroup").Select(g => (int?)g.Properties["RetentionInDays"]), Is.All.EqualTo(30));
        Assert.That(Template.Prod.OfType("AWS::Logs::LogGroup").Select(g => (int?)g.Properties["RetentionInDays"]), Is.All.EqualTo(180));
    }

    [Test]
    public void Network_has_no_way_out()
    {
        string[] types = [.. Template.Dev.All.Select(r => (string)r.Resource["Type"]!)];
        Assert.That(types, Has.None.EqualTo("AWS::EC2::NatGateway").And.None.EqualTo("AWS::EC2::InternetGateway").And.None.EqualTo("AWS::EC2::Route"));
        Assert.That(Template.Dev.OfType("AWS::EC2::Subnet").Select(s => (bool?)s.Properties["MapPublicIpOnLaunch"]), Is.All.False);
        Assert.That(
            Template.Dev.OfType("AWS::EC2::VPCEndpoint").Select(e => $"{e.Properties["VpcEndpointType"]} {Template.Text(e.Properties["ServiceName"]).Split("{Region}.")[^1]}"),
            Is.EquivalentTo(new[] { "Gateway s3", "Interface ecr.api", "Interface ecr.dkr", "Interface logs", "Interface kms", "Interface secretsmanager" }));
    }

    [Test]
    public void Only_inject_reaches_the_database_and_only_email_the_key_store()
    {
        string[] ports =
        [
            .. Template.Dev.OfType("AWS::EC2::SecurityGroupEgress").Select(rule => $"{Template.Text(rule.Properties["GroupId"])} {rule.Properties["ToPort"]} {Template.Text(rule.Properties["DestinationSecurityGroupId"])}"),
        ];
        Assert.That(ports, Is.EquivalentTo(new[]
        {
            "{NetworkEmailGroup.GroupId} 2049 {NetworkKeyStoreGroup.GroupId}", "{NetworkInjectGroup.GroupId} 5432 {NetworkDatabaseGroup.GroupId}",
        }));
    }

    [TestCase("dev", false)]
    [TestCase("prod", true)]
    public void Data_of_prod_stay_when_the_stack_goes(string environment, bool stays)
    {
        Template template = environment == "dev" ? Template.Dev : Template.Prod;
        foreach (string type in new[] { "AWS::S3::Bucket", "AWS::EFS::FileSystem", "AWS::RDS::DBCluster", "AWS::ECR::Repository" })
        {
            foreach ((string id, JsonNode resource) in template.All.Where(r => (string)r.Resource["Type"]! == type))
                Assert.That((string?)resource["DeletionPolicy"], stays ? Is.EqualTo("Retain").Or.EqualTo("Snapshot") : Is.EqualTo("Delete"), id);
        }
        Assert.That((bool?)template.Single("AWS::RDS::DBCluster").Properties["DeletionProtection"], Is.EqualTo(stays));
        foreach ((string id, JsonNode resource) in template.All.Where(r => r.Id.StartsWith("KeysEmail", StringComparison.Ordinal) && (string)r.Resource["Type"]! == "AWS::KMS::Key"))
            Assert.That((string?)resource["DeletionPolicy"], Is.EqualTo("Retain"), id);
    }
}
