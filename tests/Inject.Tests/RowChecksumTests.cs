using Pipeline.Database;
using Pipeline.Tables;

namespace Pipeline.Inject.Tests;

/// <summary>The checksum of what is sent and of what comes back.</summary>
internal sealed class RowChecksumTests
{
    private static readonly Column Name = new("name", ColumnType.Text, Nullable: true), Number = new("number", ColumnType.Int32);
    private static readonly TableSchema Schema = new("test", 1, Name, Number);

    [Test]
    public void Order_makes_no_difference_and_everything_else_does()
    {
        string checksum = Sum("one", "two", "three");
        Assert.Multiple(() =>
        {
            Assert.That(Sum("three", "one", "two"), Is.EqualTo(checksum));
            Assert.That(Sum("one", "two"), Is.Not.EqualTo(checksum), "lost");
            Assert.That(Sum("one", "two", "three", "three"), Is.Not.EqualTo(checksum), "doubled");
            Assert.That(Sum("one", "two", "three", "four", "four"), Is.Not.EqualTo(checksum), "doubled twice");
            Assert.That(Sum("one", "two", "threE"), Is.Not.EqualTo(checksum), "changed");
            Assert.That(Sum("one", "twot", "hree"), Is.Not.EqualTo(checksum), "cut elsewhere");
            Assert.That(Sum("one", "two", "three\0"), Is.Not.EqualTo(checksum), "longer by a zero");
        });
    }

    [Test]
    public void Any_bit_of_any_length_counts()
    {
        var seen = new HashSet<string>();
        int sums = 0;
        for (int length = 0; length <= 40; length++)
        {
            byte[] row = new byte[length];
            seen.Add(Sum(row));
            sums++;
            for (int bit = 0; bit < 8 * length; bit++)
            {
                row[bit / 8] ^= (byte)(1 << (bit % 8));
                seen.Add(Sum(row));
                sums++;
                row[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
        Assert.That(seen, Has.Count.EqualTo(sums));
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(1000)]
    public async Task Rows_are_found_however_the_bytes_arrive(int piece)
    {
        ColumnBatch batch = Rows(500);
        var encoder = new RowEncoder(Schema);
        Assert.That(encoder.Encode(batch, 0), Is.EqualTo(batch.Count));
        byte[] bytes = [.. RowEncoder.Header.Span, .. encoder.Encoded.Span, .. RowEncoder.Trailer.Span];
        RowChecksum read = await ReadAsync(bytes, piece);
        Assert.That(read.ToString(), Is.EqualTo(encoder.Checksum.ToString()).And.StartsWith("500-"));
    }

    [Test]
    public void Bytes_that_end_early_are_no_rows()
    {
        var encoder = new RowEncoder(Schema);
        encoder.Encode(Rows(2), 0);
        byte[] bytes = [.. RowEncoder.Header.Span, .. encoder.Encoded.Span, .. RowEncoder.Trailer.Span];
        Assert.Multiple(() =>
        {
            for (int length = 0; length < bytes.Length; length++)
                Assert.That(async () => await ReadAsync(bytes[..length], 7), Throws.InstanceOf<EndOfStreamException>(), $"{length} of {bytes.Length} bytes");
        });
    }

    private static ColumnBatch Rows(int count)
    {
        var batch = new ColumnBatch(Schema);
        for (int row = 0; row < count; row++)
        {
            if (row % 5 == 0)
                batch.Text(Name).AppendNull();
            else
                batch.Text(Name).Append(new string('x', row % 50));
            batch.Values<int>(Number)[row] = row;
            batch.Count++;
        }
        return batch;
    }

    private static async Task<RowChecksum> ReadAsync(byte[] bytes, int piece)
    {
        var decoder = new RowDecoder();
        using var stream = new Pieces(bytes, piece);
        while (await decoder.ReadAsync(stream, CancellationToken.None))
        {
        }
        return decoder.Checksum;
    }

    private static string Sum(params string[] rows)
    {
        var sum = new RowChecksum();
        foreach (string row in rows)
            sum.Add(System.Text.Encoding.UTF8.GetBytes(row));
        return sum.ToString();
    }

    private static string Sum(byte[] row)
    {
        var sum = new RowChecksum();
        sum.Add(row);
        return sum.ToString();
    }

    /// <summary>Bytes that arrive a few at a time.</summary>
    private sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
