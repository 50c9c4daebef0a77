using Amazon.CDK;
using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.CloudWatch.Actions;
using Amazon.CDK.AWS.StepFunctions;
using Constructs;
using Pipeline.Contracts;
using Pipeline.Flow;
using Pipeline.Hosting;

namespace Pipeline.Infra;

/// <summary>Alarms and a dashboard: whether the runs come, how good they are, how long they take and whether they still fit their tasks.</summary>
internal sealed class Watch : Construct
{
    private static readonly Duration Hour = Duration.Hours(1);

    private readonly Settings settings;
    private readonly SnsAction tell;
    private readonly string topic;
    private readonly List<IAlarm> alarms = [];

    public Watch(Construct scope, StateMachine machine, Notices notices, Settings settings) : base(scope, "Watch")
    {
        this.settings = settings;
        tell = new SnsAction(notices.Topic);
        topic = notices.Topic.TopicArn;
        AlarmSettings limits = settings.Alarms;
        Metric rejects = Of(Stages.Load, StageMetrics.RejectShare, "Lines rejected");
        Metric fallback = Of(Stages.Train, StageMetrics.FallbackShare, "Recommendations not from the model");
        Metric quarantine = Of(Stages.Email, StageMetrics.QuarantineShare, "Customer lines in quarantine");

        NoSuccess(machine, limits.HoursWithoutSuccess);
        // A run that fails tells so itself; one that is stopped, or that Step Functions gives up, cannot.
        Above("Aborted", "A run was stopped by hand", machine.MetricAborted(Sum()), 0, TreatMissingData.NOT_BREACHING);
        Above("TimedOut", "A run took longer than all of it may", machine.MetricTimedOut(Sum()), 0, TreatMissingData.NOT_BREACHING);
        Above("Rejects", "load rejects too many lines", rejects, limits.RejectPercent);
        Above("Fallback", "Too many recommendations do not come from the model", fallback, limits.FallbackPercent);
        Above("Quarantine", "email cannot use too many lines of the customer file", quarantine, limits.QuarantinePercent);
        LongerThanUsual(machine);
        foreach (FlowStage stage in NightlyFlow.Stages)
            Above($"Memory{stage.Project}", $"{stage.Stage} hardly fits its task: give it more memory", Of(stage.Stage, StageMetrics.PeakMemoryShare), limits.MemoryPercent);

        var board = new Dashboard(this, "Dashboard", new DashboardProps { DashboardName = $"pipeline-{settings.Environment}" });
        board.AddWidgets(
            new AlarmStatusWidget(new AlarmStatusWidgetProps { Title = "Alarms", Alarms = [.. alarms], Width = 24, Height = 3 }));
        board.AddWidgets(
            Graph("Runs", machine.MetricSucceeded(Sum()), machine.MetricFailed(Sum()), machine.MetricTimedOut(Sum()), machine.MetricAborted(Sum())),
            Graph("Seconds", OfAll(StageMetrics.Duration)));
        board.AddWidgets(
            Graph("Rows in", OfAll(StageMetrics.RowsIn)),
            Graph("Shares in percent", rejects, fallback, quarantine));
        board.AddWidgets(Graph("Memory in percent of the task", OfAll(StageMetrics.PeakMemoryShare)));
    }

    /// <summary>Looks at every hour alone, for there is no longer period; the alarm is off as long as the schedule is.</summary>
    private void NoSuccess(StateMachine machine, int hours) => Add("NoSuccess", new AlarmProps
    {
        AlarmDescription = $"No run went live for {hours} hours",
        Metric = machine.MetricSucceeded(Sum()),
        Threshold = 1,
        ComparisonOperator = ComparisonOperator.LESS_THAN_THRESHOLD,
        EvaluationPeriods = hours,
        DatapointsToAlarm = hours,
        TreatMissingData = TreatMissingData.BREACHING,
        ActionsEnabled = settings.ScheduleEnabled,
    });

    /// <summary>A value that stays what the last run made it until the next run.</summary>
    private void Above(string id, string description, IMetric metric, double limit, TreatMissingData missing = TreatMissingData.IGNORE) => Add(id, new AlarmProps
    {
        AlarmDescription = description,
        Metric = metric,
        Threshold = limit,
        ComparisonOperator = ComparisonOperator.GREATER_THAN_THRESHOLD,
        EvaluationPeriods = 1,
        TreatMissingData = missing,
    });

    /// <summary>CloudWatch knows no median over days; it learns instead what is usual from the runs of two weeks.</summary>
    private void LongerThanUsual(StateMachine machine)
    {
        const string time = "time", band = "band";
        _ = new CfnAlarm(this, "Duration", new CfnAlarmProps
        {
            AlarmDescription = "A run took longer than usual",
            AlarmActions = [topic],
            ComparisonOperator = "GreaterThanUpperThreshold",
            EvaluationPeriods = 1,
            ThresholdMetricId = band,
            TreatMissingData = "ignore",
            Metrics = new object[]
            {
                new CfnAlarm.MetricDataQueryProperty
                {
                    Id = time,
                    ReturnData = true,
                    MetricStat = new CfnAlarm.MetricStatProperty
                    {
                        Metric = new CfnAlarm.MetricProperty
                        {
                            Namespace = "AWS/States",
                            MetricName = "ExecutionTime",
                            Dimensions = new object[] { new CfnAlarm.DimensionProperty { Name = "StateMachineArn", Value = machine.StateMachineArn } },
                        },
                        Period = Hour.ToSeconds(),
                        Stat = "Maximum",
                    },
                },
                new CfnAlarm.MetricDataQueryProperty { Id = band, Expression = FormattableString.Invariant($"ANOMALY_DETECTION_BAND({time}, {settings.Alarms.DurationDeviations})"), ReturnData = true },
            },
        });
    }

    private void Add(string id, AlarmProps props)
    {
        var alarm = new Alarm(this, id, props);
        alarm.AddAlarmAction(tell);
        alarms.Add(alarm);
    }

    private IMetric[] OfAll(StageMetric metric) => [.. NightlyFlow.Stages.Select(stage => Of(stage.Stage, metric))];

    /// <summary>A metric of a stage; of several runs within an hour the worst counts.</summary>
    private Metric Of(StageContract stage, StageMetric metric, string? label = null) => new(new MetricProps
    {
        Namespace = settings.MetricsNamespace,
        MetricName = metric.Name,
        DimensionsMap = new Dictionary<string, string> { [StageMetrics.StageDimension] = stage.Name },
        Statistic = "Maximum",
        Period = Hour,
        Label = label ?? stage.Name,
    });

    private static MetricOptions Sum() => new() { Statistic = "Sum", Period = Hour };

    private static GraphWidget Graph(string title, params IMetric[] metrics) => new(new GraphWidgetProps { Title = title, Left = metrics, Width = 12, Height = 6 });
}
