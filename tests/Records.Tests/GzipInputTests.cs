using System.IO.Compression;

namespace Pipeline.Records.Tests;

public sealed class GzipInputTests : RecordTests
{
    private const string Small = "User,Item\nann,tea\nbob,milk\ncid,salt and pepper\n";

    private static readonly string[] SmallRecords = ["2: ann|tea", "3: bob|milk", "4: cid|salt and pepper"];

    [TestCase("a.csv.gz")]
    [TestCase("a.csv")]
    [TestCase("a")]
    public void Gzip_is_told_by_the_content_and_not_by_the_name(string name)
    {
        Assert.That(ReadAll(Write(Gzip(Small), name)), Is.EqualTo(SmallRecords));
    }

    [Test]
    public void Plain_file_may_be_named_like_gzip()
    {
        Assert.That(ReadAll(Write(Small, "a.csv.gz")), Is.EqualTo(SmallRecords));
    }

    [Test]
    public void Members_one_after_the_other_are_one_file()
    {
        byte[] content = [.. Gzip("User,Item\nann,"), .. Gzip("tea\nbob,milk\n"), .. Gzip("cid,salt and pepper\n")];

        Assert.That(ReadAll(Write(content)), Is.EqualTo(SmallRecords));
    }

    [TestCase(CompressionLevel.Optimal)]
    [TestCase(CompressionLevel.NoCompression)]
    public void File_cut_off_anywhere_is_refused(CompressionLevel level)
    {
        byte[] whole = Gzip(Small, level);
        for (int length = 0; length < whole.Length; length++)
        {
            RecordException e = Refused(Write(whole[..length]), isContent: true);
            Assert.That(
                e.Message, length == 0 ? Does.Contain("is empty") : Does.Contain("is cut off or damaged"), $"cut after {length} of {whole.Length} bytes");
        }
    }

    [Test]
    public void File_of_several_members_cut_off_anywhere_but_between_them_is_refused()
    {
        byte[] first = Gzip("User,Item\nann,tea\n"), second = Gzip("bob,milk\n");
        byte[] whole = [.. first, .. second];
        for (int length = 1; length < whole.Length; length++)
        {
            // A whole member is a whole file; nothing can tell that there was more.
            if (length != first.Length)
                Refused(Write(whole[..length]), isContent: true);
        }
    }

    [Test]
    public void Large_file_cut_off_is_refused_at_its_end()
    {
        var random = new Random(1);
        string content = "User,Item\n" + string.Concat(Enumerable.Range(0, 70_000).Select(i => $"{random.Next():x},{random.Next():x}\n"));
        byte[] whole = Gzip(content);
        Assert.That(whole, Has.Length.GreaterThan(4 * 128 * 1024), "several of the reader's buffers");
        Assert.That(ReadAll(Write(whole)), Has.Count.EqualTo(70_000));

        foreach (int missing in (int[])[1, 7, 8, 9, 18, 1000, whole.Length / 2])
            Refused(Write(whole[..^missing]), isContent: true);
    }

    [Test]
    public void Flipped_byte_gives_an_error_or_the_same_records()
    {
        byte[] whole = Gzip(Small);
        int refused = 0;
        for (int position = 0; position < whole.Length; position++)
        {
            foreach (byte flip in (byte[])[0x01, 0x80, 0xff])
            {
                byte[] damaged = [.. whole];
                damaged[position] ^= flip;
                try
                {
                    Assert.That(ReadAll(Write(damaged)), Is.EqualTo(SmallRecords), $"byte {position} of {whole.Length} ^ {flip}");
                    // The header's flags, time and system can be anything, and so can the bits that fill up the last byte of the data.
                    Assert.That(position, Is.InRange(3, 9).Or.EqualTo(whole.Length - 9), $"of {whole.Length}");
                }
                catch (RecordException)
                {
                    refused++;
                }
            }
        }
        Assert.That(refused, Is.GreaterThanOrEqualTo(3 * (whole.Length - 8)));
    }

    [Test]
    public void Flipped_byte_of_a_checksum_is_refused()
    {
        byte[] damaged = Gzip(Small);
        damaged[^5] ^= 1;

        Assert.That(Refused(Write(damaged), isContent: true).Message, Is.EqualTo(
            $"'{At("a.csv")}' is cut off or damaged: its gzip data does not decompress to the end. Copy it again."));
    }

    [Test]
    public void Something_behind_the_last_member_is_refused()
    {
        Refused(Write([.. Gzip(Small), .. "garbage"u8]), isContent: true);
    }

    [Test]
    public void Member_may_end_anywhere_in_the_buffer_it_is_read_by()
    {
        // Without compression the size of a member can be chosen to the byte; the inflater reads 8 KiB at a time.
        for (int size = 8100; size < 8200; size++)
        {
            string item = new('x', size);
            byte[] content = [.. Gzip($"User,Item\nann,{item}\n", CompressionLevel.NoCompression), .. Gzip("bob,milk\n")];

            Assert.That(ReadAll(Write(content)), Is.EqualTo(new[] { $"2: ann|{item}", "3: bob|milk" }));
        }
    }
}
