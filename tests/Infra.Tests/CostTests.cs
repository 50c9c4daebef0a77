using Pipeline.Flow;
using Pipeline.Hosting;
using Pipeline.Testing;

namespace Pipeline.Infra.Tests;

public sealed class CostTests
{
    [Test]
    public void Task_costs_its_cores_memory_and_disk_for_its_time()
    {
        FlowStage load = NightlyFlow.Stages[0];
        // 2 cores, 4 GiB and 30 GiB of disk beyond the free ones, for an hour with 40 seconds to start.
        Assert.That(CostTable.Of(load, 3560), Is.EqualTo((2 * 0.04048m) + (4 * 0.004445m) + (30 * 0.000111m)));
    }

    [Test]
    public void Task_is_charged_for_a_minute_at_least() => Assert.That(CostTable.Of(NightlyFlow.Stages[0], 1), Is.EqualTo(CostTable.Of(NightlyFlow.Stages[0], 20)));

    [TestCase()]
    [TestCase("--seconds", "load=1,transform=1,train=1,email=1")]
    [TestCase("--seconds", "load=1,transform=1,train=1,email=1,inject=1,sort=1")]
    public void Seconds_of_exactly_the_stages_are_needed(params string[] arguments)
    {
        StageResult result = StageRunner.Run("Infra", ["costs", .. arguments]);
        Assert.That(result.ExitCode, Is.EqualTo((int)ExitCode.Usage));
        Assert.That(result.Error, Does.Contain("--seconds load=SECONDS,transform=SECONDS,train=SECONDS,email=SECONDS,inject=SECONDS"));
    }
}
