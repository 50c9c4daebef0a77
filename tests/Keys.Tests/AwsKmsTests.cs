using System.Text.Json.Nodes;
using Pipeline.Hosting;
using Pipeline.Testing;

namespace Pipeline.Keys.Tests;

/// <summary>The provider against a server that speaks KMS, by the SDK's own settings from the environment.</summary>
[NonParallelizable]
public class AwsKmsTests
{
    private static readonly EncryptionContext Context = new("email_ciphertext", "shop", "email", "recipients/3", "default");

    private readonly Dictionary<string, string?> before = [];
    private Moto moto = null!;
    private KmsGateway gateway = null!;
    private KmsKey mac = null!, otherMac = null!, data = null!, otherData = null!;

    [OneTimeSetUp]
    public void Start()
    {
        moto = Moto.Start();
        mac = new KmsKey(1, moto.CreateMacKey());
        otherMac = new KmsKey(2, moto.CreateMacKey());
        data = new KmsKey(1, moto.CreateDataKey());
        otherData = new KmsKey(2, moto.CreateDataKey());
    }

    [OneTimeTearDown]
    public void Stop() => moto?.Dispose();

    [SetUp]
    public void Connect()
    {
        gateway = new KmsGateway(moto);
        foreach ((string name, string value) in moto.Environment(gateway.Address))
        {
            before[name] = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    [TearDown]
    public void Disconnect()
    {
        foreach ((string name, string? value) in before)
            Environment.SetEnvironmentVariable(name, value);
        gateway.Dispose();
    }

    [Test]
    public void Keys_of_all_purposes_take_one_call_and_are_those_of_HKDF()
    {
        using AwsKms kms = New();
        string[] keys =
        [
            .. Enum.GetValues<KeyPurpose>().Select(purpose =>
            {
                using SecretKey key = kms.MacKey(purpose, kms.CurrentMac());
                return Convert.ToHexString(key.Bytes);
            }),
        ];
        byte[] secret = Convert.FromBase64String((string)moto.Kms("GenerateMac", new JsonObject
        {
            ["KeyId"] = mac.Arn,
            ["MacAlgorithm"] = "HMAC_SHA_256",
            ["Message"] = Convert.ToBase64String("pipeline/keys/v1"u8),
        })["Mac"]!);
        Assert.Multiple(() =>
        {
            Assert.That(keys, Is.Unique);
            Assert.That(keys[0], Is.EqualTo(Convert.ToHexString(Rfc.Hkdf(secret, [], "pipeline/join/v1"u8.ToArray(), 32))));
            Assert.That(kms.CurrentMac().KeyId, Is.EqualTo("kms:" + Convert.ToHexStringLower(Rfc.Hkdf(secret, [], "pipeline/key-id/v1"u8.ToArray(), 32)[..8])));
            Assert.That(Operations(), Is.EqualTo(new[] { "GenerateMac" }));
        });
    }

    [Test]
    public void Keys_are_the_same_in_every_process_and_differ_by_version()
    {
        using AwsKms one = New(), again = New(), window = New([mac, otherMac], [data]);
        Assert.That(again.CurrentMac(), Is.EqualTo(one.CurrentMac()));
        Assert.That(window.PreviousMac(), Is.EqualTo(one.CurrentMac()));
        Assert.That(window.CurrentMac().Number, Is.EqualTo(2));
        Assert.That(window.CurrentMac().KeyId, Is.Not.EqualTo(one.CurrentMac().KeyId));
        Assert.That(Operations(), Is.EqualTo(Enumerable.Repeat("GenerateMac", 4)));
    }

    [Test]
    public void Nothing_is_asked_before_it_is_needed()
    {
        New().Dispose();
        Assert.That(gateway.Calls, Is.Empty);
    }

    [Test]
    public void Data_key_opens_with_exactly_its_context()
    {
        using AwsKms kms = New();
        using SecretKey key = kms.GenerateDataKey(Context, out WrappedKey wrapped);
        using SecretKey opened = kms.Unwrap(wrapped, Context);
        JsonObject sent = gateway.Calls[0].Body["EncryptionContext"]!.AsObject();
        Assert.Multiple(() =>
        {
            Assert.That(opened.Bytes.SequenceEqual(key.Bytes), Is.True);
            Assert.That(wrapped.KeyId, Is.EqualTo(data.Arn));
            Assert.That(
                sent.Select(pair => $"{pair.Key}={pair.Value}"),
                Is.EquivalentTo(new[] { "purpose=email_ciphertext", "run=shop", "stage=email", "schema=recipients/3", "tenant=default" }));
            Assert.That(Operations(), Is.EqualTo(new[] { "GenerateDataKey", "Decrypt" }));
            AssertRefused(() => kms.Unwrap(wrapped, Context with { Run = "other" }), ExitCode.InputRefused, "cannot unwrap");
            AssertRefused(() => kms.Unwrap(wrapped with { Content = [.. wrapped.Content[..^1], (byte)(wrapped.Content[^1] ^ 1)] }, Context), ExitCode.InputRefused, "cannot unwrap");
        });
    }

    [Test]
    public void Rewrap_goes_by_ReEncrypt_and_the_data_key_is_never_shown()
    {
        using AwsKms before = New(), both = New([mac], [data, otherData]), after = New([mac], [otherData]);
        using SecretKey key = before.GenerateDataKey(Context, out WrappedKey old);
        WrappedKey rewrapped = both.Rewrap(old, Context);
        Assert.That(Operations(), Is.EqualTo(new[] { "GenerateDataKey", "ReEncrypt" }));
        using SecretKey opened = after.Unwrap(rewrapped, Context);
        Assert.Multiple(() =>
        {
            Assert.That(opened.Bytes.SequenceEqual(key.Bytes), Is.True);
            Assert.That(rewrapped, Has.Property("KeyId").EqualTo(otherData.Arn).And.Property("KeyVersion").EqualTo(2));
            Assert.That(both.IsCurrent(old), Is.False);
            Assert.That(both.IsCurrent(rewrapped), Is.True);
            AssertRefused(() => both.Rewrap(old, Context with { Run = "other" }), ExitCode.InputRefused, "cannot unwrap");
        });
    }

    [Test]
    public void Only_configured_keys_unwrap_and_others_are_not_even_asked()
    {
        using AwsKms other = New([mac], [otherData]), kms = New();
        other.GenerateDataKey(Context, out WrappedKey wrapped).Dispose();
        int calls = gateway.Calls.Count;
        AssertRefused(() => kms.Unwrap(wrapped, Context), ExitCode.Usage, "is not among the keys");
        AssertRefused(() => kms.Rewrap(wrapped, Context), ExitCode.Usage, "is not among the keys");
        Assert.That(gateway.Calls, Has.Count.EqualTo(calls));
    }

    [Test]
    public void Key_that_KMS_used_instead_is_noticed()
    {
        using AwsKms kms = New();
        kms.GenerateDataKey(Context, out WrappedKey wrapped).Dispose();
        // What was wrapped by another key comes under the name of the allowed one; KMS itself refuses it, or unwraps by the other.
        using AwsKms other = New([mac], [otherData]);
        other.GenerateDataKey(Context, out WrappedKey foreign).Dispose();
        Assert.That(
            () => kms.Unwrap(wrapped with { Content = foreign.Content }, Context),
            Throws.TypeOf<StageException>().With.Property("Code").EqualTo(ExitCode.Usage).Or.Property("Code").EqualTo(ExitCode.InputRefused));
    }

    [TestCase("AccessDeniedException", 400, ExitCode.Usage, "denies GenerateDataKey")]
    [TestCase("DisabledException", 400, ExitCode.Usage, "is disabled")]
    [TestCase("KMSInvalidStateException", 400, ExitCode.Usage, "pending deletion")]
    [TestCase("NotFoundException", 400, ExitCode.Usage, "does not know the key")]
    [TestCase("InvalidKeyUsageException", 400, ExitCode.Usage, "is not made for GenerateDataKey")]
    [TestCase("ExpiredTokenException", 400, ExitCode.Usage, "ExpiredTokenException")]
    [TestCase("UnrecognizedClientException", 400, ExitCode.Usage, "UnrecognizedClientException")]
    [TestCase("IncorrectKeyException", 400, ExitCode.InputRefused, "cannot unwrap")]
    [TestCase("KMSInternalException", 500, ExitCode.Unavailable, "KMSInternalException")]
    [TestCase("KeyUnavailableException", 500, ExitCode.Unavailable, "KeyUnavailableException")]
    [TestCase("DependencyTimeoutException", 503, ExitCode.Unavailable, "DependencyTimeoutException")]
    public void No_of_KMS_is_one_sentence_with_the_exit_code_and_is_not_repeated(string type, int status, ExitCode code, string words)
    {
        gateway.Instead = _ => new KmsAnswer(status, type);
        using AwsKms kms = New();
        AssertRefused(() => kms.GenerateDataKey(Context, out _), code, words);
        Assert.That(gateway.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public void Throttled_call_is_tried_again_and_then_goes_through()
    {
        int left = 2;
        gateway.Instead = _ => left-- > 0 ? new KmsAnswer(400, "ThrottlingException") : null;
        using AwsKms kms = New();
        kms.GenerateDataKey(Context, out _).Dispose();
        Assert.That(gateway.Calls, Has.Count.EqualTo(3));
    }

    [Test]
    public void Throttling_that_does_not_end_is_given_up()
    {
        gateway.Instead = _ => new KmsAnswer(400, "ThrottlingException");
        using AwsKms kms = New();
        AssertRefused(() => kms.MacVersions, ExitCode.Unavailable, "throttled GenerateMac 4 times");
        Assert.That(gateway.Calls, Has.Count.EqualTo(4));
    }

    [Test]
    public void Slow_KMS_is_given_up_in_time()
    {
        gateway.Latency = TimeSpan.FromSeconds(5);
        using AwsKms kms = New();
        AssertRefused(() => kms.GenerateDataKey(Context, out _), ExitCode.Unavailable, "did not answer GenerateDataKey within 4 s");
        Assert.That(gateway.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public void Unreachable_KMS_is_unavailable()
    {
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", "http://127.0.0.1:1/");
        using AwsKms kms = New();
        AssertRefused(() => kms.GenerateDataKey(Context, out _), ExitCode.Unavailable, "cannot be reached");
    }

    [Test]
    public void Key_for_another_use_is_refused()
    {
        using AwsKms kms = New([new KmsKey(1, data.Arn)], [data]);
        AssertRefused(() => kms.MacVersions, ExitCode.Usage, "");
    }

    private AwsKms New() => New([mac], [data]);

    private static AwsKms New(KmsKey[] macKeys, KmsKey[] dataKeys) => new(macKeys, dataKeys);

    private string[] Operations() => [.. gateway.Calls.Select(call => call.Operation)];

    private static void AssertRefused(Func<object> action, ExitCode code, string words)
    {
        StageException? e = Assert.Throws<StageException>(() => action());
        Assert.That(e.Code, Is.EqualTo(code), e.Message);
        Assert.That(e.Message, Does.Contain(words).And.EndWith("."));
    }
}
