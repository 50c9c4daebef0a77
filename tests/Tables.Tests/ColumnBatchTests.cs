namespace Pipeline.Tables.Tests;

public sealed class ColumnBatchTests
{
    private static readonly Column Number = new("number", ColumnType.Int64);
    private static readonly Column Label = new("label", ColumnType.Text, Nullable: true);
    private static readonly Column Required = new("required", ColumnType.Text);
    private static readonly TableSchema Schema = new("batch", 1, Number, Label, Required);

    [Test]
    public void Columns_are_given_as_the_type_they_have_only()
    {
        ColumnBatch batch = new(Schema, 10);

        Assert.That(batch.Values<long>(Number).Length, Is.EqualTo(10));
        Assert.That(() => batch.Values<int>(Number).Length, Throws.ArgumentException.With.Message.Contains("'number' is Int64, not Int32"));
        Assert.That(() => batch.Values<long>(Label).Length, Throws.ArgumentException);
        Assert.That(() => batch.Text(Number), Throws.ArgumentException.With.Message.Contains("not Text"));
        Assert.That(() => batch.Nulls(Number).Length, Throws.ArgumentException.With.Message.Contains("not nullable"));
        Assert.That(() => batch.Text(new Column("other", ColumnType.Text)), Throws.ArgumentException.With.Message.Contains("'other'"));
    }

    [Test]
    public void Count_stays_within_the_capacity()
    {
        ColumnBatch batch = new(Schema, 2) { Count = 2 };

        Assert.That(batch.IsFull, Is.True);
        Assert.That(() => batch.Count = 3, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => batch.Count = -1, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ColumnBatch(Schema, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Texts_and_nulls_come_back_and_clear_removes_them()
    {
        TextColumn texts = new ColumnBatch(Schema, 4).Text(Label);
        texts.Append("é"u8);
        texts.AppendNull();
        texts.Append("");
        texts.Append((string?)null);

        Assert.That(Enumerable.Range(0, 4).Select(texts.GetString), Is.EqualTo(new[] { "é", null, "", null }));
        Assert.That(texts[0].ToArray(), Is.EqualTo("é"u8.ToArray()));
        Assert.That(() => texts[4].Length, Throws.InstanceOf<ArgumentOutOfRangeException>());

        texts.Clear();
        texts.Append("again");
        Assert.That((texts.Count, texts.IsNull(0), texts.GetString(0)), Is.EqualTo((1, false, "again")));
    }

    [Test]
    public void Required_text_takes_no_null()
    {
        TextColumn texts = new ColumnBatch(Schema, 4).Text(Required);

        Assert.That(texts.AppendNull, Throws.InvalidOperationException);
        Assert.That(() => texts.Append((string?)null), Throws.InvalidOperationException);
        Assert.That(texts.Count, Is.Zero);
    }

    [Test]
    public void Rows_of_another_batch_are_added_behind_the_first()
    {
        ColumnBatch source = new(Schema, 3), target = new(Schema, 10);
        Rows.Add(source, 1L, "one", "a");
        Rows.Add(source, 2L, null, "bb");
        Rows.Add(source, 3L, "three", "");
        target.Append(source, 1, 2);
        target.Append(source, 0, 3);

        Assert.That(target.Values<long>(Number)[..target.Count].ToArray(), Is.EqualTo(new[] { 2L, 3, 1, 2, 3 }));
        Assert.That(Enumerable.Range(0, 5).Select(target.Text(Label).GetString), Is.EqualTo(new[] { null, "three", "one", null, "three" }));
        Assert.That(Enumerable.Range(0, 5).Select(target.Text(Required).GetString), Is.EqualTo(new[] { "bb", "", "a", "bb", "" }));
    }

    [Test]
    public void Schema_needs_columns_with_distinct_names_and_selects_only_its_own()
    {
        Assert.That(() => new TableSchema("none", 1), Throws.ArgumentException);
        Assert.That(() => new TableSchema("twice", 1, Number, new Column("number", ColumnType.Text)), Throws.ArgumentException);
        Assert.That(() => new TableSchema("zero", 0, Number), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(Schema.Select(Required, Number).Columns, Is.EqualTo(new[] { Required, Number }));
        Assert.That(() => Schema.Select(new Column("number", ColumnType.Int32)), Throws.ArgumentException);
        Assert.That(Schema.Contract, Is.EqualTo("batch/1"));
    }
}
