namespace Pipeline.Hosting.Tests;

public sealed class CountersTests
{
    [Test]
    public void Sum_that_holds_passes()
    {
        var counters = new Counters { RowsIn = 6, RowsKept = 2 };
        counters.Drop("no_item");
        counters.Drop("bad_time", 2);
        counters.Drop("no_item");
        counters.Set("users", 100);

        counters.Check();

        Assert.That(counters.Dropped, Is.EqualTo(new Dictionary<string, long> { ["bad_time"] = 2, ["no_item"] = 2 }));
    }

    [TestCase(5)]
    [TestCase(3)]
    public void Sum_that_does_not_hold_is_a_bug_and_the_message_shows_the_figures(long rowsIn)
    {
        var counters = new Counters { RowsIn = rowsIn, RowsKept = 3 };
        counters.Drop("no_item");

        Assert.That(counters.Check, Throws.InvalidOperationException.With.Message.EqualTo(
            $"{rowsIn} rows came in, but 3 kept and 1 dropped ([no_item, 1]) are 4."));
    }

    [Test]
    public void Figures_come_rows_first_then_reasons_then_the_others_each_by_name()
    {
        var counters = new Counters { RowsIn = 4, RowsKept = 1 };
        counters.Set("users", 7);
        counters.Set("items", 8);
        counters.Set("items", 9);
        counters.Drop("z");
        counters.Drop("a", 2);

        Assert.That(counters.ToDictionary(), Is.EqualTo(new KeyValuePair<string, long>[]
        {
            new("rows_in", 4), new("rows_kept", 1), new("dropped_a", 2), new("dropped_z", 1), new("items", 9), new("users", 7),
        }).AsCollection);
    }
}
