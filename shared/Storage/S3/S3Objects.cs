using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Pipeline.Storage.S3;

/// <summary>The content of an object and the ETag of that version of it.</summary>
internal sealed record S3Content(byte[] Bytes, string ETag);

/// <summary>What is known of an object without reading it. The checksum is there only where it was stored with the object.</summary>
internal sealed record S3Head(string ETag, long Length, string? Checksum);

/// <summary>The objects of a bucket, by their keys. Thread-safe.</summary>
internal sealed class S3Objects(string bucket, S3Settings settings)
{
    private readonly S3Calls calls = new(settings);

    /// <summary>How the bucket is used.</summary>
    public S3Settings Settings => settings;

    /// <summary>A small object; null where there is none.</summary>
    public Task<S3Content?> ReadAsync(string key, CancellationToken cancellation) => calls.InvokeAsync<S3Content?>("read", At(key), async (s3, token) =>
    {
        try
        {
            using GetObjectResponse response = await s3.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = key }, token).ConfigureAwait(false);
            using var content = new MemoryStream();
            await response.ResponseStream.CopyToAsync(content, token).ConfigureAwait(false);
            return new S3Content(content.ToArray(), response.ETag);
        }
        catch (AmazonS3Exception e) when (IsMissing(e))
        {
            return null;
        }
    }, cancellation);

    /// <summary>What is known of an object; null where there is none.</summary>
    public Task<S3Head?> HeadAsync(string key, CancellationToken cancellation) => calls.InvokeAsync<S3Head?>("read", At(key), async (s3, token) =>
    {
        try
        {
            GetObjectMetadataResponse head = await s3.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = bucket, Key = key, ChecksumMode = ChecksumMode.ENABLED }, token).ConfigureAwait(false);
            return new S3Head(head.ETag, head.ContentLength, head.ChecksumSHA256);
        }
        catch (AmazonS3Exception e) when (IsMissing(e))
        {
            return null;
        }
    }, cancellation);

    /// <summary>Writes a small object, whatever is there.</summary>
    public Task WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) => PutAsync(key, content, null, null, cancellation);

    /// <summary>Writes a small object where there is none.</summary>
    /// <returns>Its ETag; null where there is another.</returns>
    public Task<string?> WriteNewAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) => PutAsync(key, content, null, "*", cancellation);

    /// <summary>Replaces one version of a small object.</summary>
    /// <returns>The new ETag; null where there is another version, or none.</returns>
    public Task<string?> ReplaceAsync(string key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellation) =>
        PutAsync(key, content, etag, null, cancellation);

    /// <summary>Removes an object; one that is not there is no error.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellation) => calls.InvokeAsync(
        "delete", At(key), (s3, token) => s3.DeleteObjectAsync(new DeleteObjectRequest { BucketName = bucket, Key = key }, token), cancellation);

    /// <summary>All keys that begin with a text, at any depth; marks of empty folders left out.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation)
    {
        var keys = new List<string>();
        string? next = null;
        do
        {
            ListObjectsV2Response page = await calls.InvokeAsync("list", At(prefix), (s3, token) => s3.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = bucket, Prefix = prefix, ContinuationToken = next }, token), cancellation).ConfigureAwait(false);
            keys.AddRange((page.S3Objects ?? []).Select(o => o.Key).Where(key => !key.EndsWith('/')));
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
        return keys;
    }

    /// <summary>Makes a call about an object, see <see cref="S3Calls.InvokeAsync"/>.</summary>
    public Task<T> InvokeAsync<T>(string action, string key, Func<AmazonS3Client, CancellationToken, Task<T>> call, CancellationToken cancellation) =>
        calls.InvokeAsync(action, At(key), call, cancellation);

    /// <summary>Does something with each of several parts of an object, a few at the same time.</summary>
    public async Task ForEachPartAsync(int count, Func<int, CancellationToken, Task> work, CancellationToken cancellation) =>
        await Parallel.ForAsync(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = settings.PartsAtOnce, CancellationToken = cancellation },
            async (part, token) => await work(part, token).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>A request that writes an object.</summary>
    public PutObjectRequest NewPut(string key)
    {
        var request = new PutObjectRequest { BucketName = bucket, Key = key, ChecksumAlgorithm = ChecksumAlgorithm.SHA256 };
        if (settings.KmsKey is not null)
        {
            request.ServerSideEncryptionMethod = ServerSideEncryptionMethod.AWSKMS;
            request.ServerSideEncryptionKeyManagementServiceKeyId = settings.KmsKey;
            request.BucketKeyEnabled = true;
        }
        return request;
    }

    /// <summary>Where an object lies.</summary>
    public S3Location At(string key) => new(bucket, key);

    private Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? ifMatch, string? ifNoneMatch, CancellationToken cancellation) =>
        calls.InvokeAsync<string?>("write", At(key), async (s3, token) =>
        {
            using var stream = new MemoryStream(content.ToArray(), writable: false);
            PutObjectRequest request = NewPut(key);
            (request.InputStream, request.IfMatch, request.IfNoneMatch) = (stream, ifMatch, ifNoneMatch);
            try
            {
                return (await s3.PutObjectAsync(request, token).ConfigureAwait(false)).ETag;
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed || (ifMatch is not null && e.ErrorCode == "NoSuchKey"))
            {
                // The attempt before may have been the one that succeeded, and only its answer was lost.
                S3Content? there = await ReadAsync(key, token).ConfigureAwait(false);
                return there is not null && there.Bytes.AsSpan().SequenceEqual(content.Span) ? there.ETag : null;
            }
        }, cancellation);

    private static bool IsMissing(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is not "NoSuchBucket";
}
