using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Records;
using Pipeline.Tables;

namespace Pipeline.Inject;

/// <summary>What has changed since the lists were made: products that cannot be had any more, and mailboxes that must not be mailed any more.</summary>
internal sealed partial class Freshness
{
    /// <summary>Why a product is not offered any more.</summary>
    public const string OutOfStock = "out_of_stock", NotYetAvailable = "not_yet_available", Gone = "gone";

    private static readonly RecordColumn[] MailboxColumns = [new("mailbox", "mailbox_key", IsRequired: true)];

    private readonly TextIndex items = new();
    private readonly List<string?> verdicts = [];
    private readonly TextIndex mailboxes = new();

    private Freshness(long? referenceTime) => ReferenceTime = referenceTime;

    /// <summary>The moment the run goes live; null where nothing is compared with it.</summary>
    public long? ReferenceTime { get; }

    /// <summary>Whether there is a product that must be taken out.</summary>
    public bool HasItems => items.Count > 0;

    /// <summary>Reads the catalogue and the list of mailboxes, if they were given.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: a line of the mailboxes cannot be read.</exception>
    public static async Task<Freshness> ReadAsync(InjectOptions options, StageContext stage, CancellationToken cancellation)
    {
        var fresh = new Freshness(options.ReferenceTime);
        if (options.Catalogue is not null)
            await fresh.ReadCatalogueAsync(options, stage, cancellation);
        if (options.SuppressedMailboxes is not null)
            fresh.ReadMailboxes(options.SuppressedMailboxes, options.CatalogueSettings.Delimiter, stage, cancellation);
        return fresh;
    }

    /// <summary>Why a product is not offered any more; null where it is.</summary>
    public string? WhyNot(ReadOnlySpan<byte> item) => items.Find(item) is var found and >= 0 ? verdicts[found] : null;

    /// <summary>Whether a mailbox must not be mailed any more.</summary>
    public bool IsSuppressed(ReadOnlySpan<byte> mailboxKey) => mailboxes.Find(mailboxKey) >= 0;

    private async Task ReadCatalogueAsync(InjectOptions options, StageContext stage, CancellationToken cancellation)
    {
        long passedOver = 0;
        var times = new TimeReader(TimeReader.Iso8601, TimeZoneInfo.Utc);
        stage.Progress.Start("reading the catalogue of now", options.Catalogue!.Files.Sum(f => new FileInfo(f.Path).Length), "bytes");
        foreach (RecordFile file in options.Catalogue.Files)
        {
            using RecordSource source = RecordSource.Open(file.Path, options.CatalogueSettings, options.CatalogueColumns, "catalogue-columns");
            while (source.Read())
            {
                cancellation.ThrowIfCancellationRequested();
                // As in load, a product's first line counts, and one that cannot be read says nothing about it.
                if (source.Fault is not null || !TryVerdict(source, times, out string? verdict))
                    passedOver++;
                else if (!source[CatalogueRecords.Item].IsEmpty && items.Add(source[CatalogueRecords.Item]) == verdicts.Count)
                    verdicts.Add(verdict);
            }
        }
        if (passedOver > 0)
            stage.Log.LogWarning("{lines} lines of the catalogue of now cannot be read and were passed over: what stands there is not offered any more", passedOver);
        long listed = items.Count;
        // Gone is what the run's catalogue lists and this one does not; what no catalogue lists is nothing new.
        await foreach (ColumnBatch batch in stage.ReadAsync(Catalogue.DataSet, Catalogue.Schema.Select(Catalogue.ItemId), cancellation))
        {
            TextColumn ids = batch.Text(Catalogue.ItemId);
            for (int row = 0; row < batch.Count; row++)
            {
                if (items.Add(ids[row]) == verdicts.Count)
                    verdicts.Add(Gone);
            }
        }
        stage.Log.LogInformation(
            "catalogue of now: {products} products, {unavailable} of them unavailable, {gone} gone", listed, verdicts.Count(v => v is OutOfStock or NotYetAvailable), items.Count - listed);
    }

    private bool TryVerdict(RecordSource source, TimeReader times, out string? verdict)
    {
        verdict = null;
        ReadOnlySpan<byte> stock = source[CatalogueRecords.InStock], from = source[CatalogueRecords.AvailableFrom];
        bool isInStock = true;
        long availableFrom = long.MinValue;
        if ((!stock.IsEmpty && !FieldParser.TryBoolean(stock, out isInStock)) || (!from.IsEmpty && !times.TryIso8601(from, out availableFrom)))
            return false;
        verdict = !isInStock ? OutOfStock : availableFrom > ReferenceTime ? NotYetAvailable : null;
        return true;
    }

    private void ReadMailboxes(string path, char delimiter, StageContext stage, CancellationToken cancellation)
    {
        using RecordSource source = RecordSource.Open(path, new RecordSettings { Delimiter = delimiter }, MailboxColumns, option: null);
        stage.Progress.Start("reading suppressed mailboxes", source.Length, "bytes");
        while (source.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            // What is no key may be an address, so it is not repeated.
            if (source.Fault is not null || !MailboxKey().IsMatch(Encoding.UTF8.GetString(source[0])))
            {
                throw new StageException(
                    ExitCode.InputRefused, $"In the list of mailboxes '{Path.GetFileName(path)}', {source.Place} has no mailbox_key.",
                    "Correct the line: as long as it is unknown who must not be mailed, nobody is.");
            }
            mailboxes.Add(source[0]);
        }
    }

    /// <summary>Version of the keys and HMAC-SHA-256 in base64url, as email writes them.</summary>
    [GeneratedRegex(@"^v[0-9]+\.[A-Za-z0-9_-]{43}$")]
    private static partial Regex MailboxKey();
}
