using System.Text.Json.Nodes;
using Pipeline.Flow;

namespace Pipeline.Infra.Tests;

public sealed class WatchTests
{
    private static readonly IReadOnlyList<(string Id, JsonNode Properties)> Alarms = Template.Dev.OfType("AWS::CloudWatch::Alarm");

    [Test]
    public void There_is_an_alarm_for_each_thing_that_goes_wrong_unseen()
    {
        string[] memory = [.. NightlyFlow.Stages.Select(stage => "WatchMemory" + stage.Project)];
        Assert.That(Alarms.Select(alarm => Template.Name(alarm.Id)), Is.EquivalentTo(
            new[] { "WatchNoSuccess", "WatchAborted", "WatchTimedOut", "WatchRejects", "WatchFallback", "WatchQuarantine", "WatchDuration" }.Concat(memory)));
        foreach ((string id, JsonNode alarm) in Alarms)
        {
            Assert.That(alarm["AlarmActions"]!.AsArray().Select(Template.Text), Is.EqualTo(new[] { "{NoticesTopic}" }), id);
            Assert.That((string?)alarm["AlarmDescription"], Is.Not.Empty, id);
        }
    }

    [Test]
    public void No_success_for_26_hours_raises_an_alarm()
    {
        JsonNode alarm = Alarms.Single(a => a.Id.StartsWith("WatchNoSuccess", StringComparison.Ordinal)).Properties;
        Assert.That(
            $"{alarm["Namespace"]} {alarm["MetricName"]} {alarm["Statistic"]} {alarm["ComparisonOperator"]} {alarm["Threshold"]} {alarm["Period"]} {alarm["EvaluationPeriods"]} {alarm["DatapointsToAlarm"]} {alarm["TreatMissingData"]}",
            Is.EqualTo("AWS/States ExecutionsSucceeded Sum LessThanThreshold 1 3600 26 26 breaching"));
    }

    [TestCase("WatchRejects", "load RejectShare > 3")]
    [TestCase("WatchFallback", "train FallbackShare > 50")]
    [TestCase("WatchQuarantine", "email QuarantineShare > 2")]
    [TestCase("WatchMemoryLoad", "load PeakMemoryShare > 85")]
    [TestCase("WatchMemoryTrain", "train PeakMemoryShare > 85")]
    public void What_a_stage_says_of_itself_is_watched_in_its_environment(string name, string expected)
    {
        JsonNode alarm = Alarms.Single(a => a.Id.StartsWith(name, StringComparison.Ordinal)).Properties;
        JsonNode metric = alarm["Metrics"]!.AsArray().Single()!["MetricStat"]!["Metric"]!, dimension = metric["Dimensions"]!.AsArray().Single()!;
        Assert.That((string?)metric["Namespace"], Is.EqualTo("Pipeline/dev"));
        Assert.That((string?)dimension["Name"], Is.EqualTo("Stage"));
        Assert.That((string?)alarm["ComparisonOperator"], Is.EqualTo("GreaterThanThreshold"));
        Assert.That($"{dimension["Value"]} {metric["MetricName"]} > {alarm["Threshold"]}", Is.EqualTo(expected));
        // Between two nights there is nothing to compare, and what the last night said stays.
        Assert.That((string?)alarm["TreatMissingData"], Is.EqualTo("ignore"));
    }

    [Test]
    public void Dashboard_shows_runs_times_rows_shares_and_memory()
    {
        string body = Template.Text(Template.Dev.Single("AWS::CloudWatch::Dashboard").Properties["DashboardBody"]);
        foreach (string title in new[] { "Alarms", "Runs", "Seconds", "Rows in", "Shares in percent", "Memory in percent of the task" })
            Assert.That(body, Does.Contain($"\"title\":\"{title}\""));
    }
}
