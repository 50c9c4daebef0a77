using System.Text.Json.Nodes;
using Pipeline.Flow;

namespace Pipeline.Infra.Tests;

public sealed class TaskDefinitionTests
{
    private static readonly IReadOnlyDictionary<string, StageTemplate> Tasks = StageTemplate.All(Template.Dev);

    [Test]
    public void Every_stage_of_the_flow_is_a_task_of_its_size()
    {
        Assert.That(Tasks.Keys, Is.EquivalentTo(NightlyFlow.Stages.Select(stage => stage.Stage.Name)));
        foreach (FlowStage stage in NightlyFlow.Stages)
        {
            JsonNode task = Tasks[stage.Stage.Name].Properties;
            Assert.Multiple(() =>
            {
                Assert.That((string?)task["Cpu"], Is.EqualTo($"{stage.CpuUnits}"));
                Assert.That((string?)task["Memory"], Is.EqualTo($"{stage.MemoryMegabytes}"));
                Assert.That((int?)task["EphemeralStorage"]!["SizeInGiB"], Is.EqualTo(stage.DiskGigabytes));
                Assert.That((int?)Tasks[stage.Stage.Name].Container["StopTimeout"], Is.EqualTo((int)stage.StopTimeOut.TotalSeconds));
                Assert.That(Template.Text(task["TaskRoleArn"]), Is.EqualTo($"{{{stage.Project}Role.Arn}}"));
            });
        }
    }

    [Test]
    public void Both_sizes_of_a_stage_are_sizes_of_Fargate()
    {
        foreach (FlowStage stage in NightlyFlow.Stages)
        {
            Assert.That(FargateSizes.Fits(stage.CpuUnits, stage.MemoryMegabytes), Is.True, stage.Project);
            Assert.That(FargateSizes.Fits(stage.CpuUnits, stage.LargerMemoryMegabytes), Is.True, stage.Project);
        }
    }

    [TestCase(1024, 8192, true)]
    [TestCase(1024, 9216, false)]
    [TestCase(2048, 3072, false)]
    [TestCase(2048, 4608, false)]
    [TestCase(8192, 20480, true)]
    [TestCase(8192, 21504, false)]
    [TestCase(3072, 8192, false)]
    public void Fargate_has_some_sizes_and_no_others(int cpu, int memory, bool exists) => Assert.That(FargateSizes.Fits(cpu, memory), Is.EqualTo(exists));

    [Test]
    public void Sizes_of_an_environment_take_the_place_of_the_flows()
    {
        Template template = Template.Synthesize(Template.Read(
            "dev", ("sizes", """{"email": {"cpuUnits": 4096, "memoryMegabytes": 16384, "largerMemoryMegabytes": 30720}}""")));
        JsonNode task = StageTemplate.All(template)["email"].Properties;
        string machine = (string)template.Single("AWS::StepFunctions::StateMachine").Properties["DefinitionString"]!;
        Assert.That($"{task["Cpu"]} {task["Memory"]}", Is.EqualTo("4096 16384"));
        Assert.That((string?)JsonNode.Parse(machine)!["States"]!["email on a larger task"]!["Parameters"]!["memory"], Is.EqualTo("30720"));
        Assert.That((string?)StageTemplate.All(template)["load"].Properties["Memory"], Is.EqualTo((string?)Tasks["load"].Properties["Memory"]));
    }

    [Test]
    public void Container_is_not_root_has_no_capabilities_and_writes_to_tmp_only()
    {
        foreach ((string name, StageTemplate task) in Tasks)
        {
            string[] expected = name == "email" ? ["scratch /tmp", "keystore /keystore"] : ["scratch /tmp"];
            Assert.Multiple(() =>
            {
                Assert.That((string?)task.Container["User"], Is.EqualTo("1654"), name);
                Assert.That((bool?)task.Container["ReadonlyRootFilesystem"], Is.True, name);
                Assert.That(Template.Text(task.Container["LinuxParameters"]!["Capabilities"]!["Drop"]), Is.EqualTo("ALL"), name);
                Assert.That(task.Container["MountPoints"]!.AsArray().Select(m => $"{m!["SourceVolume"]} {m["ContainerPath"]}"), Is.EqualTo(expected), name);
                Assert.That(task.Environment["TMPDIR"], Is.EqualTo("/tmp"), name);
            });
        }
    }

    [Test]
    public void Image_is_the_stages_own_at_a_tag_that_never_moves()
    {
        foreach ((string name, StageTemplate task) in Tasks)
            Assert.That(Template.Text(task.Container["Image"]), Does.EndWith($"Images}}:{Template.Read("dev").ImageTag}"), name);
        Assert.That(Template.Dev.OfType("AWS::ECR::Repository").Select(r => (string?)r.Properties["ImageTagMutability"]), Is.All.EqualTo("IMMUTABLE"));
    }

    [Test]
    public void Options_of_a_stage_are_its_environment()
    {
        Assert.That(Tasks["load"].Environment, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["AWS_REGION"] = "{Region}",
            ["TMPDIR"] = "/tmp",
            ["PIPELINE_METRICS"] = "Pipeline/dev",
            ["PIPELINE_INTERACTIONS"] = "s3://{RunBucket}/input/shop/interactions.csv",
            ["PIPELINE_CATALOGUE"] = "s3://{RunBucket}/input/shop/catalogue.csv",
        }));
        Assert.That(Tasks["email"].Environment, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["AWS_REGION"] = "{Region}",
            ["TMPDIR"] = "/tmp",
            ["PIPELINE_METRICS"] = "Pipeline/dev",
            ["PIPELINE_CUSTOMERS"] = "s3://{RunBucket}/input/customers/customers.csv",
            ["PIPELINE_SUPPRESSIONS"] = "s3://{RunBucket}/input/customers/suppressions.csv",
            ["PIPELINE_KMS_MAC_KEY"] = "1={KeysEmailMac1.Arn}",
            ["PIPELINE_KMS_DATA_KEY"] = "1={KeysEmailWrapping1.Arn}",
            ["PIPELINE_KEY_STORE"] = "/keystore",
        }));
    }

    [Test]
    public void Password_reaches_inject_as_a_secret_and_no_other_stage()
    {
        Assert.That(Tasks["inject"].Secrets, Is.EquivalentTo(new Dictionary<string, string> { ["PIPELINE_DATABASE_SECRET"] = "{DatabaseAuroraSecretAttachment}" }));
        Assert.That(Tasks["inject"].Environment["PIPELINE_TARGET"], Is.EqualTo("postgresql://pipeline@{DatabaseAurora.Endpoint.Address}:5432/shop?sslmode=require"));
        Assert.That(Tasks.Where(task => task.Key != "inject").SelectMany(task => task.Value.Secrets), Is.Empty);
    }

    [Test]
    public void Database_that_exists_takes_the_place_of_Aurora()
    {
        const string secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-AbCdEf", url = "postgresql://injector@db.shop.example:5433/shop?sslmode=require";
        Template template = Template.Synthesize(Template.Read(
            "prod", ("aurora", "null"), ("databaseSecretArn", secret), ("databaseUrl", url), ("databaseCidr", "10.1.0.0/16")));
        StageTemplate inject = StageTemplate.All(template)["inject"];
        Assert.That(template.OfType("AWS::RDS::DBCluster"), Is.Empty);
        Assert.That(inject.Environment["PIPELINE_TARGET"], Is.EqualTo(url));
        Assert.That(inject.Secrets["PIPELINE_DATABASE_SECRET"], Is.EqualTo(secret));
        Assert.That(template.RowsOf("InjectExecutionRole"), Has.Some.EqualTo($"secretsmanager:GetSecretValue on {secret}"));
        Assert.That(
            template.Single("AWS::EC2::SecurityGroup", "NetworkInjectGroup").Properties["SecurityGroupEgress"]!.AsArray().Select(r => $"{r!["CidrIp"]} {r["ToPort"]}"),
            Is.EquivalentTo(new[] { "0.0.0.0/0 443", "10.1.0.0/16 5433" }));
    }
}
