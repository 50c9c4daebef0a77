namespace Pipeline.Evaluation.Tests;

public class LeakDetectorTests
{
    [Test]
    public void Training_from_the_cut_on_is_a_leak() => Assert.That(
        () => LeakDetector.Check(Rows.Of(1, 3, (0, 0, 1), (0, 1, 5), (0, 2, 6)), 5 * Rows.Day),
        Throws.TypeOf<LeakException>().With.Message.EqualTo(
            "The training leaks: 2 of 3 interactions are from 1970-01-06T00:00:00Z or later, the newest from 1970-01-07T00:00:00Z: leave them out, or cut later."));

    [Test]
    public void Training_before_the_cut_is_none() =>
        Assert.That(() => LeakDetector.Check(Rows.Of(1, 2, (0, 0, 1), (0, 1, 4)), 5 * Rows.Day), Throws.Nothing);

    [Test]
    public void A_reference_time_from_the_cut_on_is_a_leak() => Assert.That(
        () => LeakDetector.Check(Rows.Of(1, 1, (0, 0, 1)), 5 * Rows.Day, referenceTime: 5 * Rows.Day),
        Throws.TypeOf<LeakException>().With.Message.Contains("reference time"));

    [Test]
    public void A_user_whose_training_is_later_than_what_is_held_out_is_a_leak() => Assert.That(
        () => LeakDetector.CheckEachUser(Rows.Of(2, 3, (0, 0, 1), (1, 0, 9)), Rows.Of(2, 3, (0, 1, 5), (1, 1, 5))),
        Throws.TypeOf<LeakException>().With.Message.Contains("1 users"));
}
