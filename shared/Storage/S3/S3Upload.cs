using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace Pipeline.Storage.S3;

/// <summary>
/// A local file on its way into a bucket, in parts at the same time where it is large; none is held in memory, and S3 checks the SHA-256 of each. A part
/// that is cut off is sent again. The object appears whole or not at all.
/// </summary>
/// <param name="objects">The bucket.</param>
/// <param name="key">The object's key.</param>
/// <param name="path">The file.</param>
internal sealed class S3Upload(S3Objects objects, string key, string path)
{
    /// <summary>Most parts that S3 takes.</summary>
    private const int MostParts = 10_000;

    private readonly string bucket = objects.At(key).Bucket;
    private readonly long length = new FileInfo(path).Length;

    public Task RunAsync(CancellationToken cancellation) =>
        length > objects.Settings.PartBytes ? PutPartsAsync(cancellation) : PutWholeAsync(cancellation);

    private async Task PutWholeAsync(CancellationToken cancellation) => await objects.InvokeAsync("write", key, (s3, token) =>
    {
        PutObjectRequest request = objects.NewPut(key);
        request.FilePath = path;
        return s3.PutObjectAsync(request, token);
    }, cancellation).ConfigureAwait(false);

    private async Task PutPartsAsync(CancellationToken cancellation)
    {
        long partBytes = Math.Max(objects.Settings.PartBytes, (length + MostParts - 1) / MostParts);
        var parts = new PartETag[(length + partBytes - 1) / partBytes];
        string upload = await BeginAsync(cancellation).ConfigureAwait(false);
        try
        {
            await objects.ForEachPartAsync(parts.Length, async (n, stop) =>
            {
                UploadPartResponse part = await objects.InvokeAsync("write", key, (s3, token) => s3.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = bucket,
                        Key = key,
                        UploadId = upload,
                        PartNumber = n + 1,
                        FilePath = path,
                        FilePosition = n * partBytes,
                        PartSize = Math.Min(partBytes, length - n * partBytes),
                        ChecksumAlgorithm = ChecksumAlgorithm.SHA256,
                    }, token), stop).ConfigureAwait(false);
                parts[n] = new PartETag { PartNumber = n + 1, ETag = part.ETag, ChecksumSHA256 = part.ChecksumSHA256 };
            }, cancellation).ConfigureAwait(false);
            await CompleteAsync(upload, parts, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await AbandonAsync(upload).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<string> BeginAsync(CancellationToken cancellation)
    {
        PutObjectRequest put = objects.NewPut(key);
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = bucket,
            Key = key,
            ChecksumAlgorithm = put.ChecksumAlgorithm,
            ServerSideEncryptionMethod = put.ServerSideEncryptionMethod,
            ServerSideEncryptionKeyManagementServiceKeyId = put.ServerSideEncryptionKeyManagementServiceKeyId,
            BucketKeyEnabled = put.BucketKeyEnabled,
        };
        InitiateMultipartUploadResponse response = await objects.InvokeAsync(
            "write", key, (s3, token) => s3.InitiateMultipartUploadAsync(request, token), cancellation).ConfigureAwait(false);
        return response.UploadId;
    }

    private async Task CompleteAsync(string upload, PartETag[] parts, CancellationToken cancellation) => await objects.InvokeAsync("write", key, async (s3, token) =>
    {
        try
        {
            await s3.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = upload, PartETags = [.. parts] }, token).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload")
        {
            // The attempt before may have been the one that succeeded, and only its answer was lost.
            S3Head? there = await objects.HeadAsync(key, token).ConfigureAwait(false);
            if (there is null || there.Length != length || there.Checksum != ChecksumOf(parts))
                throw;
        }
        return true;
    }, cancellation).ConfigureAwait(false);

    /// <summary>What S3 stores as the checksum of an object made of parts: that of the parts' checksums, and how many they are.</summary>
    private static string ChecksumOf(PartETag[] parts) =>
        $"{Convert.ToBase64String(SHA256.HashData([.. parts.SelectMany(part => Convert.FromBase64String(part.ChecksumSHA256))]))}-{parts.Length}";

    private async Task AbandonAsync(string upload)
    {
        try
        {
            await objects.InvokeAsync("write", key, (s3, token) => s3.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = upload }, token), CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // Why the upload failed is what must be heard; parts that stay are no object, and go by the bucket's rule for unfinished uploads.
        }
    }
}
