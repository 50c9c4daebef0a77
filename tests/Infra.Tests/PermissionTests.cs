using System.Text.Json.Nodes;

namespace Pipeline.Infra.Tests;

/// <summary>Who may do what, row by row: a right that is new or gone must be written down here.</summary>
public sealed class PermissionTests
{
    private const string ViaS3 = " if StringEquals kms:ViaService s3.{Region}.amazonaws.com";

    [Test]
    public void Load_reads_the_shops_files_and_writes_its_own_folder() => AssertStage("Load", "01-loaded", ["input/shop"], []);

    [Test]
    public void Transform_reads_what_load_wrote_and_writes_its_own_folder() => AssertStage("Transform", "02-transformed", ["runs/*/01-loaded"], []);

    [Test]
    public void Train_reads_the_two_before_it_and_writes_its_own_folder() =>
        AssertStage("Train", "03-recommended", ["runs/*/01-loaded", "runs/*/02-transformed"], []);

    [Test]
    public void Email_alone_reads_customers_and_uses_the_keys_for_addresses_and_the_key_store() => AssertStage(
        "Email", "04-addressed", ["runs/*/02-transformed", "runs/*/03-recommended", "input/customers"],
        [
            "elasticfilesystem:ClientMount on {KeyStoreFiles.Arn} if StringEquals elasticfilesystem:AccessPointArn {KeyStoreAccess.Arn}",
            "elasticfilesystem:ClientWrite on {KeyStoreFiles.Arn} if StringEquals elasticfilesystem:AccessPointArn {KeyStoreAccess.Arn}",
            "kms:GenerateDataKey on {KeysEmailWrapping1.Arn}",
            "kms:GenerateMac on {KeysEmailMac1.Arn}",
        ]);

    [Test]
    public void Inject_reads_what_it_loads_and_the_files_of_what_changed_since() => AssertStage(
        "Inject", "05-injected", ["runs/*/01-loaded", "runs/*/03-recommended", "runs/*/04-addressed", "input/shop", "input/mailboxes"], []);

    [TestCase("Load")]
    [TestCase("Transform")]
    [TestCase("Train")]
    [TestCase("Email")]
    public void Ecs_may_fetch_the_image_and_write_the_log_of_a_stage(string stage) =>
        Assert.That(Template.Dev.RowsOf(stage + "ExecutionRole"), Is.EquivalentTo(Starting(stage)));

    [Test]
    public void Ecs_may_read_the_databases_password_for_inject_and_for_no_other_stage() => Assert.That(
        Template.Dev.RowsOf("InjectExecutionRole"), Is.EquivalentTo([
            .. Starting("Inject"),
            "secretsmanager:DescribeSecret on {DatabaseAuroraSecretAttachment}",
            "secretsmanager:GetSecretValue on {DatabaseAuroraSecretAttachment}",
            "kms:Decrypt on {KeysOperations.Arn} if StringEquals kms:ViaService secretsmanager.{Region}.amazonaws.com",
        ]));

    [Test]
    public void State_machine_starts_the_five_tasks_and_tells_people()
    {
        string[] stages = ["Load", "Transform", "Train", "Email", "Inject"];
        string[] folders = ["01-loaded", "02-transformed", "03-recommended", "04-addressed", "05-injected"];
        const string inCluster = " if ArnEquals ecs:cluster {Cluster.Arn}", tasks = "arn:{Partition}:ecs:{Region}:{AccountId}:task/{Cluster}/*";
        const string rule = "arn:{Partition}:events:{Region}:{AccountId}:rule/StepFunctionsGetEventsForECSTaskRule";
        string[] delivery = ["CreateLogDelivery", "DeleteLogDelivery", "DescribeLogGroups", "DescribeResourcePolicies", "GetLogDelivery", "ListLogDeliveries", "PutResourcePolicy", "UpdateLogDelivery"];
        Assert.That(Template.Dev.RowsOf("NightlyRole"), Is.EquivalentTo([
            .. stages.Select(stage => $"ecs:RunTask on {{{stage}Definition}}{inCluster}"),
            $"ecs:DescribeTasks on {tasks}{inCluster}",
            $"ecs:StopTask on {tasks}{inCluster}",
            .. stages.SelectMany(stage => new[] { "Role", "ExecutionRole" }.Select(role => $"iam:PassRole on {{{stage}{role}.Arn}} if StringEquals iam:PassedToService ecs-tasks.amazonaws.com")),
            $"events:DescribeRule on {rule}", $"events:PutRule on {rule}", $"events:PutTargets on {rule}",
            "sns:Publish on {NoticesTopic}",
            "kms:Decrypt on {KeysOperations.Arn} if StringEquals kms:ViaService sns.{Region}.amazonaws.com",
            "kms:GenerateDataKey on {KeysOperations.Arn} if StringEquals kms:ViaService sns.{Region}.amazonaws.com",
            .. folders.Select(folder => $"s3:GetObject on {{RunBucket.Arn}}/runs/*/{folder}/error.json"),
            "s3:GetObject on {RunBucket.Arn}/runs/*/04-addressed/_manifest.json",
            "s3:GetObject on {RunBucket.Arn}/runs/*/05-injected/_manifest.json",
            $"kms:Decrypt on {{KeysData.Arn}}{ViaS3}",
            .. delivery.Select(action => $"logs:{action} on *"),
            "xray:GetSamplingRules on *", "xray:GetSamplingTargets on *", "xray:PutTelemetryRecords on *", "xray:PutTraceSegments on *",
        ]));
    }

    [Test]
    public void Schedule_may_start_the_state_machine_and_nothing_else() =>
        Assert.That(Template.Dev.RowsOf("ScheduleRole"), Is.EqualTo(new[] { "states:StartExecution on {NightlyStateMachine}" }));

    [Test]
    public void There_are_no_other_roles() => Assert.That(
        Template.Dev.OfType("AWS::IAM::Role").Select(role => Template.Name(role.Id)),
        Is.EquivalentTo(new[] { "Load", "Transform", "Train", "Email", "Inject" }.SelectMany(stage => new[] { stage + "Role", stage + "ExecutionRole" })
            .Concat(["NightlyRole", "ScheduleRole"])));

    [Test]
    public void Roles_hold_nothing_but_the_policies_above_and_are_for_one_service_in_this_account()
    {
        foreach ((string id, JsonNode role) in Template.Dev.OfType("AWS::IAM::Role"))
        {
            Assert.That(role["ManagedPolicyArns"], Is.Null, id);
            Assert.That(role["Policies"], Is.Null, id);
            JsonNode trust = role["AssumeRolePolicyDocument"]!["Statement"]!.AsArray().Single()!;
            Assert.That(Template.Text(trust["Principal"]!["Service"]), Does.EndWith(".amazonaws.com"), id);
            Assert.That(Template.Text(trust["Condition"]!["StringEquals"]!["aws:SourceAccount"]), Is.EqualTo("{AccountId}"), id);
        }
    }

    /// <summary>A right on everything must have a reason, and each reason must still be needed.</summary>
    [Test]
    public void Star_stands_only_where_a_reason_is_written_down()
    {
        var reasons = new Dictionary<string, string>
        {
            ["ecr:GetAuthorizationToken"] = "ECR gives its token for an account, not for a repository.",
            ["logs:CreateLogDelivery"] = Delivery,
            ["logs:DeleteLogDelivery"] = Delivery,
            ["logs:DescribeLogGroups"] = Delivery,
            ["logs:DescribeResourcePolicies"] = Delivery,
            ["logs:GetLogDelivery"] = Delivery,
            ["logs:ListLogDeliveries"] = Delivery,
            ["logs:PutResourcePolicy"] = Delivery,
            ["logs:UpdateLogDelivery"] = Delivery,
            ["xray:GetSamplingRules"] = Tracing,
            ["xray:GetSamplingTargets"] = Tracing,
            ["xray:PutTelemetryRecords"] = Tracing,
            ["xray:PutTraceSegments"] = Tracing,
        };
        string[] found =
        [
            .. Template.Dev.OfType("AWS::IAM::Policy").SelectMany(p => p.Properties["PolicyDocument"]!["Statement"]!.AsArray())
                .Where(s => Template.Values(s!["Resource"]!).Any(r => Template.Text(r) == "*"))
                .SelectMany(s => Template.Values(s!["Action"]!)).Select(Template.Text).Distinct(),
        ];
        Assert.That(found, Is.EquivalentTo(reasons.Keys));
        Assert.That(
            Template.Dev.OfType("AWS::IAM::Policy").SelectMany(p => p.Properties["PolicyDocument"]!["Statement"]!.AsArray())
                .SelectMany(s => Template.Values(s!["Action"]!)).Select(Template.Text).Where(action => action.Contains('*', StringComparison.Ordinal)), Is.Empty);
    }

    private const string Delivery = "Step Functions delivers its log by an API that knows no resources.";
    private const string Tracing = "X-Ray knows no resources.";

    private static void AssertStage(string stage, string own, string[] read, string[] more)
    {
        string[] all = [.. read.Select(folder => folder + "/*"), $"runs/*/{own}/*"];
        Assert.That(Template.Dev.RowsOf(stage + "Role"), Is.EquivalentTo([
            .. all.Select(path => $"s3:GetObject on {{RunBucket.Arn}}/{path}"),
            .. new[] { "AbortMultipartUpload", "DeleteObject", "PutObject" }.Select(action => $"s3:{action} on {{RunBucket.Arn}}/runs/*/{own}/*"),
            $"s3:ListBucket on {{RunBucket.Arn}} if StringLikeIfExists s3:prefix {string.Join(", ", all)}",
            $"kms:Decrypt on {{KeysData.Arn}}{ViaS3}",
            $"kms:GenerateDataKey on {{KeysData.Arn}}{ViaS3}",
            .. more,
        ]));
    }

    private static string[] Starting(string stage) =>
    [
        $"ecr:BatchCheckLayerAvailability on {{{stage}Images.Arn}}",
        $"ecr:BatchGetImage on {{{stage}Images.Arn}}",
        $"ecr:GetDownloadUrlForLayer on {{{stage}Images.Arn}}",
        "ecr:GetAuthorizationToken on *",
        $"logs:CreateLogStream on {{{stage}Logs.Arn}}",
        $"logs:PutLogEvents on {{{stage}Logs.Arn}}",
    ];
}
