using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Storage.S3;

/// <summary>
/// An object on its way into a new local file, in ranges at the same time where it is large. A range that is cut off goes on where it was, and all
/// ranges are of one version of the object.
/// </summary>
/// <param name="objects">The bucket.</param>
/// <param name="key">The object's key.</param>
/// <param name="path">The file, which is not there yet.</param>
internal sealed class S3Download(S3Objects objects, string key, string path)
{
    private const int BufferBytes = 128 * 1024;

    /// <exception cref="StorageException"><see cref="StorageFault.NotFound"/>: there is no such object.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        S3Head head = await objects.HeadAsync(key, cancellation).ConfigureAwait(false)
            ?? throw new StorageException(StorageFault.NotFound, $"'{objects.At(key)}' does not exist.");
        long rangeBytes = objects.Settings.PartBytes;
        using SafeFileHandle file = Create(head.Length);
        await objects.ForEachPartAsync(
            checked((int)((head.Length + rangeBytes - 1) / rangeBytes)),
            (n, stop) => GetRangeAsync(head.ETag, file, n * rangeBytes, Math.Min((n + 1) * rangeBytes, head.Length), stop), cancellation).ConfigureAwait(false);
    }

    private SafeFileHandle Create(long length)
    {
        try
        {
            // Room for all of it is taken at once, so that a disk too small is known before anything is read.
            return File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "write the copy of", objects.At(key).ToString());
        }
    }

    private async Task GetRangeAsync(string etag, SafeFileHandle file, long start, long end, CancellationToken cancellation)
    {
        long at = start;
        await objects.InvokeAsync("read", key, async (s3, token) =>
        {
            var request = new GetObjectRequest { BucketName = objects.At(key).Bucket, Key = key, ByteRange = new ByteRange(at, end - 1), EtagToMatch = etag };
            try
            {
                using GetObjectResponse response = await s3.GetObjectAsync(request, token).ConfigureAwait(false);
                byte[] buffer = new byte[BufferBytes];
                while (at < end)
                {
                    int count = await response.ResponseStream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - at)), token).ConfigureAwait(false);
                    if (count == 0)
                        throw new EndOfStreamException();
                    await WriteAsync(file, buffer.AsMemory(0, count), at, token).ConfigureAwait(false);
                    at += count;
                }
                return true;
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                throw new StorageException(StorageFault.Unavailable, $"Cannot read '{objects.At(key)}': it was replaced meanwhile; try again.", e);
            }
        }, cancellation).ConfigureAwait(false);
    }

    /// <summary>A full disk is no fault of the network, and another attempt does not help.</summary>
    private async ValueTask WriteAsync(SafeFileHandle file, ReadOnlyMemory<byte> content, long at, CancellationToken cancellation)
    {
        try
        {
            await RandomAccess.WriteAsync(file, content, at, cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw StorageException.From(e, "write the copy of", objects.At(key).ToString());
        }
    }
}
