using System.Text.Json.Nodes;
using Pipeline.Contracts;
using Pipeline.Storage;
using static Pipeline.Infra.StateMachineDefinition;

namespace Pipeline.Infra;

/// <summary>The ends of the state machine: what the run says of itself is read from the run, and people are told.</summary>
internal static class EndStates
{
    /// <summary>First state after the last stage, and after a stage that failed with or without a word of its own.</summary>
    public const string ReadSuccess = "read the figures of email", ReadFailure = "read what the stage said", TellFailure = "tell of the failure";

    private const string ReadInjected = "read the figures of inject", TellSuccess = "tell of the success", TellBriefly = "tell of the success without figures";
    private const string Publishing = "publish the failure";
    private const string Live = $"Pipeline ${{{Name}}}: a run is live";

    /// <summary>What keeps SNS from answering for a moment.</summary>
    public static readonly IReadOnlyList<string> PassingErrors = ["SNS.AmazonSNSException", "SNS.ThrottledException"];

    /// <summary>The states by name.</summary>
    public static IEnumerable<(string Name, JsonObject State)> Of()
    {
        yield return (ReadSuccess, ReadManifest(Stages.Email, "$.email", ReadInjected));
        yield return (ReadInjected, ReadManifest(Stages.Inject, "$.inject", TellSuccess));
        yield return (TellSuccess, Publish(
            Live,
            "States.Format('Run {} is live: {} recommendations are in the database. Of {} customers with a list {} may be mailed.', "
            + "$.run, $.inject.manifest.counters.rows_kept, $.email.manifest.counters.rows_in, $.email.manifest.counters.rows_kept)",
            Done, TellBriefly));
        yield return (TellBriefly, Publish(Live, "States.Format('Run {} is live; its figures could not be read.', $.run)", Done, Done));
        yield return (Done, new JsonObject { ["Type"] = "Succeed" });

        yield return (ReadFailure, ReadError());
        yield return (TellFailure, new JsonObject
        {
            ["Type"] = "Pass",
            ["Parameters"] = new JsonObject
            {
                ["run.$"] = "$.run",
                ["stage.$"] = "$.stage",
                ["summary.$"] = "States.Format('Run {} failed in {} ({}). {} To see more: ./pipeline aws logs --stage {}', $.run, $.stage, $.what, $.said.error.message, $.stage)",
            },
            ["Next"] = Publishing,
        });
        yield return (Publishing, Publish($"Pipeline ${{{Name}}}: a run failed", "$.summary", Failed, Failed));
        yield return (Failed, new JsonObject { ["Type"] = "Fail", ["Error"] = "StageFailed", ["CausePath"] = "$.summary" });
    }

    private static JsonObject ReadManifest(StageContract stage, string path, string next) =>
        Read($"States.Format('{RunBucket.Runs}/{{}}/{stage.Folder}/{Manifest.FileName}', $.run)", "manifest", path, next, TellBriefly);

    private static JsonObject ReadError() =>
        Read($"States.Format('{RunBucket.Runs}/{{}}/{{}}/{StageOutput.ErrorFileName}', $.run, $.folder)", "error", "$.said", TellFailure, TellFailure);

    /// <summary>Reads a small file of JSON; where it cannot be read nothing else is lost.</summary>
    private static JsonObject Read(string key, string name, string path, string next, string otherwise) => new()
    {
        ["Type"] = "Task",
        ["Resource"] = "arn:aws:states:::aws-sdk:s3:getObject",
        ["Parameters"] = new JsonObject { ["Bucket"] = $"${{{Bucket}}}", ["Key.$"] = key },
        ["ResultSelector"] = new JsonObject { [name + ".$"] = "States.StringToJson($.Body)" },
        ["ResultPath"] = path,
        ["TimeoutSeconds"] = 60,
        ["Catch"] = new JsonArray(new JsonObject { ["ErrorEquals"] = new JsonArray("States.ALL"), ["ResultPath"] = "$.unread", ["Next"] = otherwise }),
        ["Next"] = next,
    };

    private static JsonObject Publish(string subject, string message, string next, string otherwise) => new()
    {
        ["Type"] = "Task",
        ["Resource"] = "arn:aws:states:::sns:publish",
        ["Parameters"] = new JsonObject { ["TopicArn"] = $"${{{Topic}}}", ["Subject"] = subject, ["Message.$"] = message },
        ["ResultPath"] = null,
        ["TimeoutSeconds"] = 60,
        ["Retry"] = new JsonArray(new JsonObject
        {
            ["ErrorEquals"] = new JsonArray([.. PassingErrors.Select(error => (JsonNode)error)]),
            ["IntervalSeconds"] = 2,
            ["BackoffRate"] = 2,
            ["MaxAttempts"] = 5,
            ["MaxDelaySeconds"] = 60,
            ["JitterStrategy"] = "FULL",
        }),
        ["Catch"] = new JsonArray(new JsonObject { ["ErrorEquals"] = new JsonArray("States.ALL"), ["ResultPath"] = "$.untold", ["Next"] = otherwise }),
        ["Next"] = next,
    };
}
