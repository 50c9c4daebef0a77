using System.Text.Json.Serialization;
using Pipeline.Flow;
using Pipeline.Hosting;

namespace Pipeline.Infra;

/// <summary>
/// What a deployment can be told. A value comes from the command line (<c>cdk deploy -c keepRunsDays=30</c>), else from the environment
/// variable (<c>PIPELINE_INFRA_KEEP_RUNS_DAYS</c>), else from <c>environments/NAME.json</c>, else it is the default.
/// </summary>
internal sealed record Settings
{
    /// <summary>Name of the environment, the end of every name that must be unique in an account: <c>dev</c> or <c>prod</c>.</summary>
    [JsonIgnore]
    public string Environment { get; init; } = "";

    /// <summary>Tag of the images in the stages' repositories. A tag is never moved.</summary>
    public required string ImageTag { get; init; }

    /// <summary>Processor architecture of the images and tasks: <c>x64</c> or <c>arm64</c>.</summary>
    public string Architecture { get; init; } = "x64";

    /// <summary>Whether the nightly schedule is on; off by default, so that a first deployment starts nothing.</summary>
    public bool ScheduleEnabled { get; init; }

    /// <summary>When, as EventBridge Scheduler writes it.</summary>
    public string Schedule { get; init; } = "cron(0 2 * * ? *)";

    /// <summary>The time zone of <see cref="Schedule"/>, with its summer time.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Mailbox of the operators for notices and alarms; null for none, whoever wants them subscribes to the topic.</summary>
    public string? NoticeEmail { get; init; }

    /// <summary>Whether data go with the stack. False keeps bucket, keys, key store and database when the stack is deleted.</summary>
    public bool DeleteWithStack { get; init; }

    /// <summary>Days after which a run is removed from the bucket.</summary>
    public int KeepRunsDays { get; init; } = 90;

    /// <summary>Days for which logs are kept: one of the numbers that CloudWatch knows.</summary>
    public int KeepLogsDays { get; init; } = 180;

    /// <summary>Availability zones with network endpoints, which cost by the hour: 1, or 2 to outlive the loss of one.</summary>
    public int EndpointZones { get; init; } = 2;

    /// <summary>Versions of the e-mail keys in use, at most two: the older and the current one in the window of a rotation.</summary>
    public IReadOnlyList<int> EmailKeyVersions { get; init; } = [1];

    /// <summary>An Aurora PostgreSQL Serverless v2 to be made; null where <see cref="DatabaseSecretArn"/> names a database that exists.</summary>
    public AuroraSettings? Aurora { get; init; }

    /// <summary>Secret with <c>username</c> and <c>password</c> of a database that exists; null for Aurora.</summary>
    public string? DatabaseSecretArn { get; init; }

    /// <summary>Key in KMS that the secret is encrypted with; null for the one that AWS has for all secrets of an account.</summary>
    public string? DatabaseSecretKeyArn { get; init; }

    /// <summary>That database: <c>postgresql://USER@HOST:PORT/DATABASE?sslmode=require</c>.</summary>
    public string? DatabaseUrl { get; init; }

    /// <summary>Addresses that database is reached under, such as <c>10.1.0.0/16</c>; the way there, a peering for one, is the operator's.</summary>
    public string? DatabaseCidr { get; init; }

    /// <summary>From when on an alarm is raised.</summary>
    public AlarmSettings Alarms { get; init; } = new();

    /// <summary>Other sizes of tasks than the flow's, by stage: for more data, or less.</summary>
    public IReadOnlyDictionary<string, StageSize> Sizes { get; init; } = new Dictionary<string, StageSize>();

    /// <summary>Where the metrics of the stages are in CloudWatch: each environment has its own.</summary>
    [JsonIgnore]
    public string MetricsNamespace => $"{StageMetrics.Namespace}/{Environment}";

    /// <summary>The stages of the flow in their sizes here.</summary>
    [JsonIgnore]
    public IReadOnlyList<FlowStage> Stages =>
    [
        .. NightlyFlow.Stages.Select(stage => Sizes.GetValueOrDefault(stage.Stage.Name) is { } size
            ? stage with
            {
                CpuUnits = size.CpuUnits ?? stage.CpuUnits,
                MemoryMegabytes = size.MemoryMegabytes ?? stage.MemoryMegabytes,
                LargerMemoryMegabytes = size.LargerMemoryMegabytes ?? stage.LargerMemoryMegabytes,
                DiskGigabytes = size.DiskGigabytes ?? stage.DiskGigabytes,
            }
            : stage),
    ];

    /// <summary>Options of the stages, by stage and flag without its dashes; <c>{bucket}</c> stands for the name of the bucket.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Options { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>What is wrong with the values, a sentence each.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (Architecture is not ("x64" or "arm64"))
            yield return $"architecture '{Architecture}' must be x64 or arm64.";
        if (KeepRunsDays < 1)
            yield return $"keepRunsDays {KeepRunsDays} must be at least 1.";
        if (!LogRetention.Days.Contains(KeepLogsDays))
            yield return $"keepLogsDays {KeepLogsDays} must be one of {string.Join(", ", LogRetention.Days)}.";
        if (EndpointZones is not (1 or 2))
            yield return $"endpointZones {EndpointZones} must be 1 or 2.";
        if (EmailKeyVersions.Count is not (1 or 2) || EmailKeyVersions[0] < 1 || (EmailKeyVersions.Count == 2 && EmailKeyVersions[0] >= EmailKeyVersions[1]))
            yield return $"emailKeyVersions [{string.Join(", ", EmailKeyVersions)}] must be one version from 1 on, or two, the older first.";
        if (Aurora is null && (DatabaseSecretArn is null || DatabaseUrl is null || DatabaseCidr is null))
            yield return "A database is missing: give databaseSecretArn, databaseUrl and databaseCidr, or have one made with aurora.";
        if (Aurora is not null && (DatabaseSecretArn ?? DatabaseSecretKeyArn ?? DatabaseUrl ?? DatabaseCidr) is not null)
            yield return "aurora and databaseSecretArn, databaseUrl, databaseCidr exclude each other.";
        if (Aurora is { } aurora && !(aurora.MinimumUnits >= 0.5 && aurora.MinimumUnits <= aurora.MaximumUnits && aurora.MaximumUnits <= 128))
            yield return $"aurora must have 0.5 <= minimumUnits <= maximumUnits <= 128, not {aurora.MinimumUnits} and {aurora.MaximumUnits}.";
        if (Alarms.HoursWithoutSuccess is < 1 or > 168)
            yield return $"alarms.hoursWithoutSuccess {Alarms.HoursWithoutSuccess} must be from 1 to 168.";
        foreach (string stage in Options.Keys.Concat(Sizes.Keys).Where(stage => NightlyFlow.Stages.All(known => known.Stage.Name != stage)))
            yield return $"options or sizes has the unknown stage '{stage}': known are {string.Join(", ", NightlyFlow.Stages.Select(known => known.Stage.Name))}.";
        foreach (FlowStage stage in Stages)
        {
            foreach (int memory in new[] { stage.MemoryMegabytes, stage.LargerMemoryMegabytes }.Distinct().Where(memory => !FargateSizes.Fits(stage.CpuUnits, memory)))
                yield return $"The size of {stage.Stage} does not exist in Fargate: {stage.CpuUnits} CPU units with {memory} MiB; {FargateSizes.Describe(stage.CpuUnits)}.";
            if (stage.LargerMemoryMegabytes <= stage.MemoryMegabytes)
                yield return $"The larger task of {stage.Stage} must be larger: {stage.LargerMemoryMegabytes} MiB.";
            if (stage.DiskGigabytes is < 21 or > 200)
                yield return $"The disk of {stage.Stage} must have 21 to 200 GiB, not {stage.DiskGigabytes}.";
        }
    }
}

/// <summary>What is different in the size of a stage's task; what is null is as in the flow.</summary>
internal sealed record StageSize
{
    /// <summary>Processor share, in units of 1/1024 of a core.</summary>
    public int? CpuUnits { get; init; }

    /// <summary>Memory in MiB.</summary>
    public int? MemoryMegabytes { get; init; }

    /// <summary>Memory of the larger task in MiB.</summary>
    public int? LargerMemoryMegabytes { get; init; }

    /// <summary>Disk in GiB.</summary>
    public int? DiskGigabytes { get; init; }
}

/// <summary>Size of a database that the stack makes, in Aurora capacity units of 2 GiB.</summary>
internal sealed record AuroraSettings
{
    /// <summary>What it has, and costs, when nobody asks it anything: from 0.5.</summary>
    public double MinimumUnits { get; init; } = 0.5;

    /// <summary>What it may grow to.</summary>
    public double MaximumUnits { get; init; } = 4;
}

/// <summary>From when on an alarm is raised; shares in percent.</summary>
internal sealed record AlarmSettings
{
    /// <summary>Hours without a run that went live; a nightly run that is two hours late.</summary>
    public int HoursWithoutSuccess { get; init; } = 26;

    /// <summary>Lines of the shop's files that load rejects.</summary>
    public double RejectPercent { get; init; } = 3;

    /// <summary>Recommendations that do not come from the model.</summary>
    public double FallbackPercent { get; init; } = 50;

    /// <summary>Lines of the customer file that email cannot use.</summary>
    public double QuarantinePercent { get; init; } = 2;

    /// <summary>A task's memory in use.</summary>
    public double MemoryPercent { get; init; } = 85;

    /// <summary>Standard deviations by which a run may last longer than the runs of the two weeks before.</summary>
    public double DurationDeviations { get; init; } = 3;
}
