namespace Pipeline.Transform.Tests;

public class RobotsTests
{
    private const long Day = 86_400_000_000;

    [TestCase(2, 0, 1, Day, ExpectedResult = false)]
    [TestCase(2, 0, Day - 1, 1, ExpectedResult = true)]
    [TestCase(2, Day, 0, Day + 1, Day - 1, 2 * Day - 1, ExpectedResult = true)]
    [TestCase(2, -1, 0, -2, 1, ExpectedResult = false)]
    [TestCase(2, -1, -2, -3, ExpectedResult = true)]
    public bool Robots_do_more_on_one_day_than_the_limit(int max, params long[] times) =>
        new Robots(max).IsRobot([.. times.Select(time => new Event { Time = time })]);

    [Test]
    public void Robots_are_not_found_by_what_is_held_out() =>
        Assert.That(new Robots(1).IsRobot([new Event { Time = 0 }, new Event { Time = 1, IsHeldOut = true }]), Is.False);

    [Test]
    public void Nobody_is_a_robot_without_a_limit() =>
        Assert.That(new Robots(null).IsRobot([.. Enumerable.Repeat(new Event(), 1000)]), Is.False);
}
