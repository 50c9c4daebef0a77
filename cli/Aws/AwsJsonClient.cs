using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.KeyManagementService;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.Runtime.Identity;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Util;
using Pipeline.Hosting;

namespace Pipeline.Cli.Aws;

/// <summary>
/// Calls a service of AWS that speaks JSON and whose own package cannot be had: with the SDK's credentials, region and signature. Region and
/// credentials come from where every tool of AWS takes them.
/// </summary>
internal sealed class AwsJsonClient : IDisposable
{
    /// <summary>The hint of an error by which a caller knows that something is not there, or not yet.</summary>
    public const string NotThere = "It is made by 'cdk deploy', or by the first line written there.";

    private const int Attempts = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly DefaultAWSCredentialsIdentityResolver credentials = new();
    private readonly ClientConfig config;
    private readonly AwsService service;
    private readonly Uri endpoint;

    /// <param name="service">The service.</param>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: no region is set.</exception>
    public AwsJsonClient(AwsService service)
    {
        this.service = service;
        // Any service's settings will do: what is used of them, the region and where the credentials are, is the same for all.
        config = new AmazonKeyManagementServiceConfig();
        string region = config.RegionEndpoint?.SystemName
            ?? throw new StageException(ExitCode.Usage, "No AWS region is set.", "Set AWS_REGION, or a profile with a region by AWS_PROFILE.");
        string? given = Environment.GetEnvironmentVariable($"AWS_ENDPOINT_URL_{service.EndpointVariable}") ?? Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL");
        endpoint = new Uri(string.IsNullOrEmpty(given) ? $"https://{service.Name}.{region}.{config.RegionEndpoint.PartitionDnsSuffix}/" : given);
    }

    /// <summary>Calls an operation; throttling and faults of the service are tried again.</summary>
    /// <exception cref="StageException">One sentence of what AWS says no with.</exception>
    public async Task<JsonObject> CallAsync(string operation, JsonObject body, CancellationToken cancellation)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(body);
        for (int attempt = 1; ; attempt++)
        {
            (HttpStatusCode status, JsonObject answer) = await SendAsync(operation, content, cancellation);
            if (status == HttpStatusCode.OK)
                return answer;
            string error = ((string?)answer["__type"] ?? status.ToString()).Split('#')[^1];
            bool passes = (int)status >= 500 || error.Contains("Throttl", StringComparison.Ordinal);
            if (!passes || attempt == Attempts)
                throw Explain(operation, error, (string?)answer["message"] ?? (string?)answer["Message"] ?? "", passes);
            await Task.Delay(FirstPause * Math.Pow(2, attempt - 1) * (1 + (Random.Shared.NextDouble() / 2)), cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<(HttpStatusCode Status, JsonObject Answer)> SendAsync(string operation, byte[] content, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(content) };
        foreach ((string name, string value) in await SignAsync(operation, content, cancellation))
        {
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
                message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            else if (!name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
                message.Headers.TryAddWithoutValidation(name, value);
        }
        try
        {
            using HttpResponseMessage response = await http.SendAsync(message, cancellation);
            string text = await response.Content.ReadAsStringAsync(cancellation);
            return (response.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new StageException(ExitCode.Unavailable, $"{service.Title} cannot be reached at {endpoint.Host}.", "Try again later.", e);
        }
    }

    /// <summary>The headers of a signed request.</summary>
    private async Task<IDictionary<string, string>> SignAsync(string operation, byte[] content, CancellationToken cancellation)
    {
        try
        {
            BaseIdentity identity = await credentials.ResolveIdentityAsync(config, cancellation);
            using var request = new DefaultRequest(new JsonRequest(), service.Name)
            {
                HttpMethod = "POST",
                Endpoint = endpoint,
                ResourcePath = "/",
                Content = content,
                OverrideSigningServiceName = service.Name,
                AuthenticationRegion = config.RegionEndpoint.SystemName,
            };
            request.Headers["Content-Type"] = $"application/x-amz-json-{service.JsonVersion}";
            request.Headers["X-Amz-Target"] = $"{service.Target}.{operation}";
            // The signer signs what it finds, and leaves it to others to put the token of temporary credentials there.
            ImmutableCredentials keys = await ((AWSCredentials)identity).GetCredentialsAsync();
            if (keys.UseToken)
                request.Headers["X-Amz-Security-Token"] = keys.Token;
            new AWS4Signer().Sign(request, config, new RequestMetrics(), identity);
            return request.Headers;
        }
        catch (AmazonClientException e)
        {
            throw new StageException(ExitCode.Usage, "There are no AWS credentials.", "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.", e);
        }
    }

    private StageException Explain(string operation, string error, string message, bool passes) => error switch
    {
        _ when passes => new(ExitCode.Unavailable, $"{service.Title} did not answer {operation} ({error}).", "Try again later."),
        "ResourceNotFoundException" => new(ExitCode.Usage, $"{service.Title} knows nothing of that name: {message}", NotThere),
        "StateMachineDoesNotExist" or "ExecutionDoesNotExist" => new(ExitCode.Usage, $"{service.Title}: {message}.", "See './pipeline aws history'."),
        "AccessDeniedException" or "AccessDenied" => new(ExitCode.Usage, $"{service.Title} denies {operation}: {message}", "Use credentials that may do it."),
        "ExpiredTokenException" or "UnrecognizedClientException" or "InvalidSignatureException" =>
            new(ExitCode.Usage, $"{service.Title} does not take the credentials ({error}).", "Renew them."),
        _ => new(ExitCode.Usage, $"{service.Title} refused {operation} ({error}): {message}", null),
    };

    private sealed class JsonRequest : AmazonWebServiceRequest;
}
