using System.Text;

namespace Pipeline.Tables.Tests;

public class TextIndexTests
{
    [Test]
    public void Positions_are_given_in_order_of_first_appearance()
    {
        var index = new TextIndex();

        Assert.That(new[] { index.Add("b"u8), index.Add("a"u8), index.Add("b"u8), index.Add(""u8), index.Add("a"u8) }, Is.EqualTo(new[] { 0, 1, 0, 2, 1 }));
        Assert.That(index.Count, Is.EqualTo(3));
        Assert.That(Encoding.UTF8.GetString(index[1]), Is.EqualTo("a"));
        Assert.That((index.Find("b"u8), index.Find(""u8), index.Find("c"u8)), Is.EqualTo((0, 2, -1)));
        Assert.That(index.SortedPositions(), Is.EqualTo(new[] { 2, 1, 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = index[3].Length);
    }

    [Test]
    public void Index_agrees_with_a_dictionary_on_many_texts()
    {
        var random = new Random(5);
        var index = new TextIndex();
        var expected = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int n = 0; n < 200_000; n++)
        {
            // Lengths around the eight bytes that are hashed at a time, zeros at the end, and now and then more than a block.
            string text = n % 50_000 == 49_999 ? new string('x', 300_000 + n) : new string((char)random.Next(3), random.Next(20)) + random.Next(60_000);
            if (random.Next(2) == 0)
                text += new string('\0', random.Next(3));
            expected.TryAdd(text, expected.Count);
            Assert.That(index.Add(Encoding.UTF8.GetBytes(text)), Is.EqualTo(expected[text]));
        }
        Assert.That(index.Count, Is.EqualTo(expected.Count).And.GreaterThan(60_000));
        foreach ((string text, int position) in expected)
        {
            Assert.That(index.Find(Encoding.UTF8.GetBytes(text)), Is.EqualTo(position));
            Assert.That(index[position].SequenceEqual(Encoding.UTF8.GetBytes(text)));
        }
        Assert.That(
            index.SortedPositions(), Is.EqualTo(expected.OrderBy(e => Encoding.UTF8.GetBytes(e.Key), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))).Select(e => e.Value)));
    }

    [Test]
    public void Cleared_index_begins_anew_in_the_room_it_has()
    {
        var index = new TextIndex();
        string[] texts = [.. Enumerable.Range(0, 30_000).Select(n => $"text {n}"), new string('x', 300_000), "last"];
        foreach (string text in texts)
            index.Add(Encoding.UTF8.GetBytes(text));
        long bytes = index.Bytes;
        Assert.That(bytes, Is.GreaterThan(texts.Sum(text => text.Length)));

        index.Clear();

        Assert.That((index.Count, index.Find("last"u8), index.Find("text 0"u8)), Is.EqualTo((0, -1, -1)));
        Assert.That(texts.Reverse().Select(text => index.Add(Encoding.UTF8.GetBytes(text))), Is.EqualTo(Enumerable.Range(0, texts.Length)));
        Assert.That(Encoding.UTF8.GetString(index[0]), Is.EqualTo("last"));
        Assert.That(Encoding.UTF8.GetString(index[1]), Is.EqualTo(texts[^2]));
        // The long text may come to lie elsewhere, and its room be left.
        Assert.That(index.Bytes, Is.InRange(bytes, bytes + 1_000_000));
    }
}
