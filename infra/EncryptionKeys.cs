using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.KMS;
using Constructs;

namespace Pipeline.Infra;

/// <summary>
/// The keys in KMS, one for each purpose, so that who may use one may do one thing: data at rest, what operators see, the wrapping of data
/// keys for addresses, and the keyed hashes of addresses.
/// </summary>
internal sealed class EncryptionKeys : Construct
{
    private readonly Settings settings;

    public EncryptionKeys(Construct scope, Settings settings) : base(scope, "Keys")
    {
        this.settings = settings;
        Data = New("Data", "Files of the runs and the key store", settings.DeleteWithStack);
        Operations = New("Operations", "Logs, notices and the password of the database", settings.DeleteWithStack);
        // Losing one of these makes every address of every run unreadable, or every customer somebody else, so they outlive the stack everywhere.
        EmailWrapping = [.. settings.EmailKeyVersions.Select(version => (version, New($"EmailWrapping{version}", "Wraps the data keys of e-mail addresses", mayGo: false)))];
        EmailMac = [.. settings.EmailKeyVersions.Select(version => (version, NewMac(version)))];

        Stack stack = Stack.Of(this);
        Operations.AddToResourcePolicy(new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Logs",
            Principals = [new ServicePrincipal($"logs.{stack.Region}.amazonaws.com")],
            Actions = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"],
            Resources = ["*"],
            Conditions = Condition("ArnLike", "kms:EncryptionContext:aws:logs:arn", $"arn:{stack.Partition}:logs:{stack.Region}:{stack.Account}:log-group:/pipeline/{settings.Environment}/*"),
        }));
        Operations.AddToResourcePolicy(new PolicyStatement(new PolicyStatementProps
        {
            Sid = "AlarmsToNotices",
            Principals = [new ServicePrincipal("cloudwatch.amazonaws.com")],
            Actions = ["kms:Decrypt", "kms:GenerateDataKey"],
            Resources = ["*"],
            Conditions = Condition("StringEquals", "aws:SourceAccount", stack.Account),
        }));
    }

    /// <summary>The run's files and the key store.</summary>
    public Key Data { get; }

    /// <summary>Logs, notices, the database's password.</summary>
    public Key Operations { get; }

    /// <summary>What wraps data keys, by version, the older first.</summary>
    public IReadOnlyList<(int Version, Key Key)> EmailWrapping { get; }

    /// <summary>What hashes are made with, by version, the older first.</summary>
    public IReadOnlyList<(int Version, Key Key)> EmailMac { get; }

    /// <summary>A list of keys as the stages' options take it.</summary>
    public static string Option(IEnumerable<(int Version, Key Key)> keys) => string.Join(',', keys.Select(key => $"{key.Version}={key.Key.KeyArn}"));

    /// <summary>One condition of a policy.</summary>
    internal static Dictionary<string, object> Condition(string test, string key, object value) =>
        new() { [test] = new Dictionary<string, object> { [key] = value } };

    private Key New(string id, string description, bool mayGo) => new(this, id, new KeyProps
    {
        Description = $"Pipeline {settings.Environment}: {description}",
        Alias = $"pipeline/{settings.Environment}/{id}",
        EnableKeyRotation = true,
        RemovalPolicy = mayGo ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });

    /// <summary>KMS rotates no HMAC key by itself: another key is another version, see <see cref="Settings.EmailKeyVersions"/>.</summary>
    private Key NewMac(int version) => new(this, $"EmailMac{version}", new KeyProps
    {
        Description = $"Pipeline {settings.Environment}: Makes the keyed hashes of e-mail addresses",
        Alias = $"pipeline/{settings.Environment}/EmailMac{version}",
        KeySpec = KeySpec.HMAC_256,
        KeyUsage = KeyUsage.GENERATE_VERIFY_MAC,
        RemovalPolicy = RemovalPolicy.RETAIN,
    });
}
