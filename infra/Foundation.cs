namespace Pipeline.Infra;

/// <summary>What all stages stand on.</summary>
/// <param name="Settings">What the deployment was told.</param>
/// <param name="Keys">The keys in KMS.</param>
/// <param name="Bucket">The bucket of the runs.</param>
/// <param name="Network">The network of the tasks.</param>
/// <param name="KeyStore">The key store of email.</param>
/// <param name="Database">The database of inject.</param>
internal sealed record Foundation(
    Settings Settings, EncryptionKeys Keys, RunBucket Bucket, Network Network, KeyStoreFiles KeyStore, LiveDatabase Database);
