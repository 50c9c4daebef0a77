using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Scheduler;
using Amazon.CDK.AWS.StepFunctions;
using Constructs;

namespace Pipeline.Infra;

/// <summary>Starts the state machine at night, once it is switched on. The run is named after the hour.</summary>
internal sealed class NightlySchedule : Construct
{
    public NightlySchedule(Construct scope, StateMachine machine, Settings settings) : base(scope, "Schedule")
    {
        var role = new Role(this, "Role", new RoleProps
        {
            AssumedBy = new ServicePrincipal("scheduler.amazonaws.com", new ServicePrincipalOpts
            {
                Conditions = EncryptionKeys.Condition("StringEquals", "aws:SourceAccount", Stack.Of(this).Account),
            }),
        });
        role.AddToPolicy(new PolicyStatement(new PolicyStatementProps { Sid = "Start", Actions = ["states:StartExecution"], Resources = [machine.StateMachineArn] }));
        _ = new CfnSchedule(this, "Nightly", new CfnScheduleProps
        {
            Name = $"pipeline-{settings.Environment}",
            ScheduleExpression = settings.Schedule,
            ScheduleExpressionTimezone = settings.TimeZone,
            State = settings.ScheduleEnabled ? "ENABLED" : "DISABLED",
            FlexibleTimeWindow = new CfnSchedule.FlexibleTimeWindowProperty { Mode = "OFF" },
            Target = new CfnSchedule.TargetProperty
            {
                Arn = machine.StateMachineArn,
                RoleArn = role.RoleArn,
                // The schedule fills in when it should have started, which stays the same when it starts late or twice.
                Input = """{"time":"<aws.scheduler.scheduled-time>"}""",
                RetryPolicy = new CfnSchedule.RetryPolicyProperty { MaximumEventAgeInSeconds = 3600, MaximumRetryAttempts = 10 },
            },
        });
    }
}
