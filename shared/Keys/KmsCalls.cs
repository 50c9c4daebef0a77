using System.Globalization;
using System.Net;
using Amazon;
using Amazon.KeyManagementService;
using Amazon.Runtime;
using Pipeline.Hosting;

namespace Pipeline.Keys;

/// <summary>
/// Calls to KMS: each has a time-out, only throttling is tried again, and every failure becomes one sentence with the exit code that says
/// whether to try later.
/// </summary>
internal sealed class KmsCalls : IDisposable
{
    /// <summary>Calls that are throttled before it is given up.</summary>
    public const int Attempts = 4;

    /// <summary>The longest that one call may take. KMS answers within a tenth of a second.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private readonly AmazonKeyManagementServiceClient client;

    /// <param name="region">The region of the keys, whatever the machine's own is.</param>
    public KmsCalls(string region)
    {
        // The SDK's own retries would also repeat what will not get better, and hide how long it takes.
        var config = new AmazonKeyManagementServiceConfig { RegionEndpoint = RegionEndpoint.GetBySystemName(region), MaxErrorRetry = 0, Timeout = Timeout };
        try
        {
            client = new AmazonKeyManagementServiceClient(config);
        }
        catch (AmazonClientException e)
        {
            throw NoCredentials(e);
        }
    }

    /// <summary>Makes a call and waits for it. It is one of a few in a process, so a thread may wait.</summary>
    /// <param name="operation">Its name, for the message.</param>
    /// <param name="key">The key it is about.</param>
    /// <param name="call">The call.</param>
    public T Invoke<T>(string operation, string key, Func<AmazonKeyManagementServiceClient, CancellationToken, Task<T>> call)
    {
        for (int attempt = 1; ; attempt++)
        {
            using var timeout = new CancellationTokenSource(Timeout);
            try
            {
                return call(client, timeout.Token).GetAwaiter().GetResult();
            }
            catch (AmazonServiceException e) when (IsThrottling(e) && attempt < Attempts)
            {
                // Up to half as long again, so that many tasks that were throttled together do not come back together.
                Thread.Sleep(FirstPause * Math.Pow(2, attempt - 1) * (1 + Random.Shared.NextDouble() / 2));
            }
            catch (Exception e) when (e is OperationCanceledException or TimeoutException)
            {
                // The client has the same limit and may be the first to notice.
                throw new StageException(
                    ExitCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"AWS KMS did not answer {operation} within {Timeout.TotalSeconds} s."),
                    "Try again later; if it stays so, see whether the task's network reaches KMS.", e);
            }
            catch (AmazonServiceException e)
            {
                throw Explain(e, operation, key);
            }
            catch (AmazonClientException e)
            {
                throw e.InnerException is HttpRequestException or IOException ? Unreachable(e) : NoCredentials(e);
            }
            catch (HttpRequestException e)
            {
                throw Unreachable(e);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static bool IsThrottling(AmazonServiceException e) =>
        e.StatusCode == HttpStatusCode.TooManyRequests
        || e.ErrorCode is "ThrottlingException" or "Throttling" or "RequestLimitExceeded" or "TooManyRequestsException";

    private static StageException Explain(AmazonServiceException e, string operation, string key)
    {
        const string ask = "Ask for what the stage's README lists under permissions.";
        string error = e.ErrorCode ?? e.StatusCode.ToString();
        return error switch
        {
            _ when IsThrottling(e) => new(
                ExitCode.Unavailable, $"AWS KMS throttled {operation} {Attempts} times.", "Try again later, or have the account's quota of requests raised.", e),
            "InvalidCiphertextException" or "IncorrectKeyException" => new(
                ExitCode.InputRefused, "AWS KMS cannot unwrap a data key: it was changed, it belongs to another run, stage, table or tenant, or another key wrapped it.",
                "Restore the key store from its copy.", e),
            "DisabledException" => new(ExitCode.Usage, $"The key {key} is disabled in AWS KMS.", "Enable it, or configure another.", e),
            "KMSInvalidStateException" => new(
                ExitCode.Usage, $"The key {key} cannot be used in its state in AWS KMS, such as pending deletion.", "Cancel its deletion, or configure another.", e),
            "NotFoundException" => new(ExitCode.Usage, $"AWS KMS does not know the key {key}.", "See --kms-mac-key and --kms-data-key.", e),
            "InvalidKeyUsageException" or "UnsupportedOperationException" => new(
                ExitCode.Usage, $"The key {key} is not made for {operation}.", "--kms-mac-key takes an HMAC_256 key, --kms-data-key a symmetric one for encryption.", e),
            "AccessDeniedException" or "AccessDenied" => new(ExitCode.Usage, $"AWS KMS denies {operation} with the key {key}.", ask, e),
            _ when (int)e.StatusCode >= 500 => new(ExitCode.Unavailable, $"AWS KMS failed at {operation} ({error}).", "Try again later.", e),
            _ when e.InnerException is HttpRequestException or IOException => Unreachable(e),
            _ => new(ExitCode.Usage, $"AWS KMS refused {operation} with the key {key} ({error}).", ask, e),
        };
    }

    private static StageException Unreachable(Exception e) =>
        new(ExitCode.Unavailable, "AWS KMS cannot be reached.", "Try again later; if it stays so, see whether the task's network reaches KMS.", e);

    private static StageException NoCredentials(Exception e) =>
        new(ExitCode.Usage, "There are no AWS credentials for KMS.", "Give the task a role, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.", e);
}
