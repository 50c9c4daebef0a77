using System.Text.Json.Nodes;

namespace Pipeline.Infra.Tests;

public sealed class ScheduleTests
{
    [Test]
    public void Schedule_is_off_until_somebody_switches_it_on()
    {
        JsonNode schedule = Template.Dev.Single("AWS::Scheduler::Schedule").Properties;
        Assert.Multiple(() =>
        {
            Assert.That((string?)schedule["State"], Is.EqualTo("DISABLED"));
            Assert.That((string?)schedule["ScheduleExpression"], Is.EqualTo("cron(0 2 * * ? *)"));
            Assert.That((string?)schedule["ScheduleExpressionTimezone"], Is.EqualTo("UTC"));
            Assert.That(Template.Text(schedule["Target"]!["Arn"]), Is.EqualTo("{NightlyStateMachine}"));
            Assert.That(Template.Text(schedule["Target"]!["RoleArn"]), Is.EqualTo("{ScheduleRole.Arn}"));
            Assert.That((string?)schedule["Target"]!["Input"], Is.EqualTo("""{"time":"<aws.scheduler.scheduled-time>"}"""));
            Assert.That((bool?)NoSuccess(Template.Dev)["ActionsEnabled"], Is.False, "nothing is missed while nothing is to come");
        });
    }

    [Test]
    public void Schedule_that_is_on_runs_in_its_time_zone_and_is_missed()
    {
        Template template = Template.Synthesize(Template.Read(
            "prod", ("scheduleEnabled", "true"), ("schedule", "cron(30 1 ? * MON-FRI *)"), ("timeZone", "Europe/Berlin"), ("noticeEmail", "operators@shop.example")));
        JsonNode schedule = template.Single("AWS::Scheduler::Schedule").Properties;
        Assert.Multiple(() =>
        {
            Assert.That((string?)schedule["State"], Is.EqualTo("ENABLED"));
            Assert.That((string?)schedule["ScheduleExpression"], Is.EqualTo("cron(30 1 ? * MON-FRI *)"));
            Assert.That((string?)schedule["ScheduleExpressionTimezone"], Is.EqualTo("Europe/Berlin"));
            Assert.That((bool?)NoSuccess(template)["ActionsEnabled"], Is.True);
            Assert.That((string?)template.Single("AWS::SNS::Subscription").Properties["Endpoint"], Is.EqualTo("operators@shop.example"));
        });
    }

    private static JsonNode NoSuccess(Template template) => template.Single("AWS::CloudWatch::Alarm", "WatchNoSuccess").Properties;
}
