namespace Pipeline.Storage.S3;

/// <summary>How S3 is used. Endpoint, region and credentials are not here: they come from the default chain of the AWS SDK.</summary>
public sealed record S3Settings
{
    /// <summary>Key in AWS KMS that S3 encrypts everything written with, by a bucket key; null for the bucket's own encryption.</summary>
    public string? KmsKey { get; init; }

    /// <summary>Larger files go up in parts of so many bytes, and come down in ranges of them.</summary>
    internal long PartBytes { get; init; } = 16 << 20;

    /// <summary>Parts of a file under way at the same time.</summary>
    internal int PartsAtOnce { get; init; } = 4;

    /// <summary>Attempts of a call before it is given up, the first included.</summary>
    internal int Attempts { get; init; } = 8;

    /// <summary>Pause after the first failure; each further one doubles it, up to <see cref="LongestPause"/>.</summary>
    internal TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause.</summary>
    internal TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that one attempt may take, a part's content included.</summary>
    internal TimeSpan LongestCall { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a lease holds that is not renewed. Every process must have the same.</summary>
    internal TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a lease is renewed.</summary>
    internal TimeSpan RenewEvery { get; init; } = TimeSpan.FromSeconds(10);
}
