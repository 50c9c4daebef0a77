using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace Pipeline.Storage.S3;

/// <summary>
/// Calls to S3: what may pass (throttling, an error of the server, a connection that was cut) is tried again after growing pauses, and every
/// other failure becomes one sentence. Thread-safe.
/// </summary>
internal sealed class S3Calls
{
    private readonly S3Settings settings;
    private readonly Lazy<AmazonS3Client> client;

    public S3Calls(S3Settings settings)
    {
        this.settings = settings;
        client = new Lazy<AmazonS3Client>(NewClient);
    }

    /// <summary>Makes a call, again and again where that may help.</summary>
    /// <param name="action">What it is for, for the message, for example <c>read</c>.</param>
    /// <param name="place">The object or folder it is about.</param>
    /// <param name="call">The call; what it has done when it is cut off must not keep the next attempt from doing all of it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="StorageException">It was given up.</exception>
    public async Task<T> InvokeAsync<T>(
        string action, S3Location place, Func<AmazonS3Client, CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(settings.LongestCall);
            try
            {
                return await call(client.Value, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not StorageException)
            {
                // However a call ends that was told to.
                cancellation.ThrowIfCancellationRequested();
                if (attempt == settings.Attempts || !S3Faults.MayPass(e))
                    throw S3Faults.Explain(e, action, place);
            }
            await Task.Delay(PauseAfter(attempt), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Up to half as long again, so that many tasks that were throttled together do not come back together.</summary>
    private TimeSpan PauseAfter(int attempt)
    {
        double seconds = settings.FirstPause.TotalSeconds * Math.Pow(2, attempt - 1);
        return TimeSpan.FromSeconds(Math.Min(seconds, settings.LongestPause.TotalSeconds) * (1 + Random.Shared.NextDouble() / 2));
    }

    private AmazonS3Client NewClient()
    {
        // The SDK's own attempts would multiply ours, and know nothing of a body that was cut off.
        var config = new AmazonS3Config { MaxErrorRetry = 0, Timeout = settings.LongestCall };
        if (Variable("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL") is { } server)
        {
            // Another server has one host for all buckets, and its name tells no region.
            config.ServiceURL = server;
            config.ForcePathStyle = true;
            config.AuthenticationRegion = Variable("AWS_REGION", "AWS_DEFAULT_REGION");
        }
        return new AmazonS3Client(config);
    }

    private static string? Variable(params string[] names) =>
        names.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value));
}

/// <summary>What the failures of S3 mean.</summary>
internal static class S3Faults
{
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "RequestTimeout", "RequestTimeTooSkewed",
        "OperationAborted", "ConditionalRequestConflict", "IncompleteBody", "BadDigest", "XAmzContentChecksumMismatch",
    };

    /// <summary>Whether the same call may succeed a moment later.</summary>
    public static bool MayPass(Exception e) =>
        e is OperationCanceledException
        || (e is AmazonServiceException service && (Passing.Contains(service.ErrorCode ?? "") || service.StatusCode >= HttpStatusCode.InternalServerError
            || service.StatusCode == HttpStatusCode.TooManyRequests))
        || (!IsAboutCredentials(e) && IsOfTheNetwork(e));

    /// <summary>The failure in one sentence.</summary>
    public static StorageException Explain(Exception e, string action, S3Location place)
    {
        string error = (e as AmazonServiceException)?.ErrorCode ?? "";
        HttpStatusCode status = (e as AmazonServiceException)?.StatusCode ?? 0;
        string bucket = place.Bucket, what = $"Cannot {action} '{place}'";
        // What is wrong with all of S3 or with the bucket names no object: said of several, it is the same.
        (StorageFault fault, string sentence) = error switch
        {
            _ when IsAboutCredentials(e) => (
                StorageFault.NotUsable, "There are no AWS credentials for S3: give the task a role, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."),
            _ when IsAboutTheRegion(e) => (StorageFault.NotUsable, "There is no AWS region for S3: set AWS_REGION to the bucket's."),
            "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" => (
                StorageFault.NotUsable, $"S3 does not accept the AWS credentials ({error}): renew or correct them."),
            "NoSuchBucket" => (StorageFault.NotUsable, $"There is no bucket '{bucket}' in S3: make it, or name another."),
            "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" => (
                StorageFault.NotUsable, $"The bucket '{bucket}' lies in another region: set AWS_REGION to it."),
            "NoSuchKey" => (StorageFault.NotFound, $"{what}: it does not exist."),
            "AccessDenied" or "AllAccessDisabled" => (StorageFault.NotUsable, $"{what}: no permission."),
            _ when error.StartsWith("KMS.", StringComparison.Ordinal) => (StorageFault.NotUsable, $"{what}: its key in AWS KMS cannot be used ({error})."),
            "SlowDown" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" or "TooManyRequestsException" => (
                StorageFault.Unavailable, $"{what}: S3 has throttled it for too long, try again later."),
            _ when e is OperationCanceledException => (StorageFault.Unavailable, $"{what}: S3 did not answer in time, try again later."),
            _ when status >= HttpStatusCode.InternalServerError => (
                StorageFault.Unavailable, $"{what}: S3 failed ({(error.Length > 0 ? error : (int)status)}), try again later."),
            _ when status == HttpStatusCode.Forbidden => (StorageFault.NotUsable, $"{what}: no permission."),
            _ when IsOfTheNetwork(e) => (StorageFault.Unavailable, "S3 cannot be reached, or connections to it are cut: try again later; if it stays so, see whether the network reaches it."),
            _ when e is AmazonServiceException => (StorageFault.NotUsable, $"{what}: S3 refused it ({(error.Length > 0 ? error : (int)status)})."),
            _ => (StorageFault.NotUsable, $"{what}: {e.Message}"),
        };
        return new StorageException(fault, sentence, e);
    }

    private static bool IsAboutCredentials(Exception e) =>
        e is AmazonClientException && e.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase);

    private static bool IsAboutTheRegion(Exception e) => e is AmazonClientException && e.Message.Contains("RegionEndpoint", StringComparison.Ordinal);

    private static bool IsOfTheNetwork(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is HttpRequestException or IOException or TimeoutException or System.Net.Sockets.SocketException)
                return true;
        }
        return false;
    }
}
