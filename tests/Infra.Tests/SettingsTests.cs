using System.Collections;
using Pipeline.Hosting;
using Pipeline.Testing;

namespace Pipeline.Infra.Tests;

public sealed class SettingsTests
{
    [Test]
    public void Command_line_comes_before_the_environment_and_that_before_the_file()
    {
        using TempFolder folder = Folder("""{"imageTag": "1", "keepRunsDays": 10, "keepLogsDays": 30, "aurora": {}}""");
        var variables = new Hashtable { ["PIPELINE_INFRA_KEEP_RUNS_DAYS"] = "20", ["PIPELINE_INFRA_KEEP_LOGS_DAYS"] = "60" };
        Settings settings = Read(folder, variables, ("keepRunsDays", "30"));
        Assert.That((settings.ImageTag, settings.KeepRunsDays, settings.KeepLogsDays, settings.EndpointZones, settings.Environment), Is.EqualTo(("1", 30, 60, 2, "dev")));
    }

    [Test]
    public void Values_that_are_no_text_are_written_as_JSON()
    {
        using TempFolder folder = Folder("""{"imageTag": "1", "aurora": {}}""");
        Settings settings = Read(folder, new Hashtable(), ("imageTag", "007"), ("emailKeyVersions", "[2, 3]"), ("options", """{"train": {"top-k": "5"}}"""));
        Assert.That(settings.ImageTag, Is.EqualTo("007"));
        Assert.That(settings.EmailKeyVersions, Is.EqualTo(new[] { 2, 3 }));
        Assert.That(settings.Options["train"]["top-k"], Is.EqualTo("5"));
    }

    [Test]
    public void All_mistakes_are_told_at_once()
    {
        using TempFolder folder = Folder("""{"imageTag": "1", "architecture": "mips", "keepRunsDays": 0, "keepLogsDays": 8, "endpointZones": 3, "emailKeyVersions": [2, 1], "options": {"sort": {}}}""");
        StageException e = Assert.Throws<StageException>(() => Read(folder, new Hashtable { ["PIPELINE_INFRA_KEEP_RUN_DAYS"] = "1" }))!;
        Assert.That(e.Code, Is.EqualTo(ExitCode.Usage));
        foreach (string word in new[] { "PIPELINE_INFRA_KEEP_RUN_DAYS", "'mips'", "keepRunsDays 0", "keepLogsDays 8", "endpointZones 3", "[2, 1]", "database is missing", "'sort'" })
            Assert.That(e.Message, Does.Contain(word));
    }

    [TestCase("""{"imageTag": "1", "keepRunDays": 1}""", "keepRunDays")]
    [TestCase("""{"imageTag": "1", "keepRunsDays": "many"}""", "keepRunsDays")]
    [TestCase("""{"keepRunsDays": 1}""", "imageTag")]
    [TestCase("""[]""", "environments/dev.json")]
    [TestCase("""{"imageTag": "1", "aurora": {}, "databaseCidr": "10.0.0.0/8"}""", "exclude each other")]
    [TestCase("""{"imageTag": "1", "aurora": {"minimumUnits": 4, "maximumUnits": 2}}""", "minimumUnits")]
    [TestCase("""{"imageTag": "1", "aurora": {}, "alarms": {"hoursWithoutSuccess": 200}}""", "hoursWithoutSuccess")]
    [TestCase("""{"imageTag": "1", "aurora": {}, "sizes": {"email": {"memoryMegabytes": 9216}}}""", "1024 CPU units with 9216 MiB; 2 to 8 GiB in steps of 1 go with it")]
    [TestCase("""{"imageTag": "1", "aurora": {}, "sizes": {"email": {"memoryMegabytes": 8192}}}""", "larger task of email")]
    [TestCase("""{"imageTag": "1", "aurora": {}, "sizes": {"load": {"diskGigabytes": 20}}}""", "21 to 200 GiB, not 20")]
    public void Mistake_is_told_by_name(string json, string word)
    {
        using TempFolder folder = Folder(json);
        StageException e = Assert.Throws<StageException>(() => Read(folder, new Hashtable()))!;
        Assert.That((e.Code, e.Message), Is.EqualTo((ExitCode.Usage, e.Message)));
        Assert.That(e.Message, Does.Contain(word));
    }

    [Test]
    public void Unknown_environment_is_refused_with_those_there_are()
    {
        StageException e = Assert.Throws<StageException>(() => Template.Read("test"))!;
        Assert.That(e.Message, Is.EqualTo("There is no environment 'test': known are dev, prod."));
    }

    [Test]
    public void Program_writes_the_same_bytes_again_in_another_culture_and_zone()
    {
        using var folder = new TempFolder();
        StageResult result = StageRunner.Run("Infra", [], new Dictionary<string, string>
        {
            ["CDK_OUTDIR"] = folder.Path,
            ["LANG"] = "tr_TR.UTF-8",
            ["LC_ALL"] = "tr_TR.UTF-8",
            ["TZ"] = "Asia/Kathmandu",
            ["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"] = "18,20",
            ["CDK_CONTEXT_JSON"] = """{"@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy":true}""",
        });
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(File.ReadAllBytes(folder.File("pipeline-dev.template.json")), Is.EqualTo(Template.Dev.Bytes));
    }

    [Test]
    public void Program_ends_with_one_sentence_for_a_mistake()
    {
        StageResult result = StageRunner.Run("Infra", [], new Dictionary<string, string> { ["PIPELINE_INFRA_ENVIRONMENT"] = "test" });
        Assert.That(result.ExitCode, Is.EqualTo((int)ExitCode.Usage));
        Assert.That(result.Error.Trim().Split('\n')[^1], Is.EqualTo("infra: There is no environment 'test': known are dev, prod. Choose one with '-c environment=NAME'."));
    }

    private static TempFolder Folder(string json)
    {
        var folder = new TempFolder();
        folder.Write("dev.json", json);
        return folder;
    }

    private static Settings Read(TempFolder folder, IDictionary variables, params (string Name, string Value)[] context) =>
        SettingsReader.Read(folder.Path, name => context.FirstOrDefault(pair => pair.Name == name).Value, variables);
}
