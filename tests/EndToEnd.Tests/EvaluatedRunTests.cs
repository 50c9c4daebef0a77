using System.Globalization;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Runs that measure the model on the last days before they train on everything.</summary>
internal sealed class EvaluatedRunTests
{
    private const int Usage = 2, Refused = 3;

    private Shop shop = null!;

    [OneTimeSetUp]
    public void Generate()
    {
        shop = new Shop();
        shop.MustRun("good", "--evaluate", "60", "--not-worse-than-popular");
    }

    [OneTimeTearDown]
    public void Remove() => shop.Dispose();

    [Test]
    public void Figures_stay_in_the_run_and_are_not_worked_out_again()
    {
        byte[] before = File.ReadAllBytes(shop["good/evaluation.json"]);
        DateTime written = File.GetLastWriteTimeUtc(shop["good/evaluation.json"]);
        StageResult again = shop.MustRun("good", "--evaluate", "60");
        using JsonDocument json = JsonDocument.Parse(before);
        double Ndcg(string model) => json.RootElement.GetProperty(model).EnumerateArray().Single(f => f.GetProperty("metric").GetString() == "ndcg_at_k").GetProperty("value").GetDouble();
        Assert.Multiple(() =>
        {
            Assert.That(again.Error, Does.Contain("evaluated on the last 60 days: NDCG@10 "));
            Assert.That(File.GetLastWriteTimeUtc(shop["good/evaluation.json"]), Is.EqualTo(written));
            Assert.That(json.RootElement.GetProperty("users").GetInt32(), Is.GreaterThan(50));
            Assert.That(Ndcg("sar"), Is.GreaterThan(Ndcg("popular")).And.GreaterThan(0));
        });
    }

    [Test]
    public void The_same_run_elsewhere_has_the_same_figures()
    {
        shop.Run("same", "--evaluate", "60", "--last-run", shop["good"], "--max-loss", "0%");
        Assert.That(File.ReadAllBytes(shop["same/evaluation.json"]), Is.EqualTo(File.ReadAllBytes(shop["good/evaluation.json"])));
    }

    [Test]
    public void A_model_worse_than_popular_products_is_not_trained()
    {
        // Everybody takes what is popular and nobody has a taste: lift, which looks for the rare, finds nothing.
        var random = new Random(5);
        string lines = string.Concat(Enumerable.Range(0, 6_000).Select(n => string.Create(
            CultureInfo.InvariantCulture,
            $"u{random.Next(400)},i{new[] { 0, 1, 2 }.Min(_ => random.Next(90))},{new DateTime(2025, 1, 1).AddMinutes(25 * n):yyyy-MM-dd'T'HH:mm}\n")));
        File.WriteAllText(shop["tasteless.csv"], "user_id,item_id,time\n" + lines);
        string[] command = [.. shop.Command("worse", "--evaluate", "--similarity", "lift", "--not-worse-than-popular")];
        command[Array.IndexOf(command, "--interactions") + 1] = shop["tasteless.csv"];
        MustStop("worse", Tool.Run(command), "The model is worse than popular products: NDCG@10 ", " on the last 30 days", "./pipeline tune");
    }

    [Test]
    public void A_model_worse_than_the_last_run_s_is_not_trained() => MustStop(
        "lost", shop.Run("lost", "--evaluate", "60", "--similarity", "lift", "--last-run", shop["good"], "--max-loss", "5%"),
        "The model is worse than that of '", "where -5% is allowed");

    [Test]
    public void Days_that_leave_nothing_to_train_with_are_refused() =>
        MustStop("short", shop.Run("short", "--evaluate", "9999"), "--evaluate: The split by time leaves nothing to train with");

    [TestCase("--not-worse-than-popular", "", "need --evaluate: add it.")]
    [TestCase("--evaluate", "0", "--evaluate '0' must be a number of days above 0.")]
    [TestCase("--evaluate --last-run", "x", "--last-run and --max-loss go together")]
    [TestCase("--evaluate --last-run x --max-loss", "much", "--max-loss 'much' must be a percentage such as 5%.")]
    public void A_wrong_option_is_said_before_anything_starts(string options, string value, string sentence)
    {
        StageResult result = shop.Run("none", [.. $"{options} {value}".Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(Usage));
            Assert.That(result.Error, Does.Contain(sentence));
            Assert.That(shop["none"], Does.Not.Exist);
        });
    }

    private void MustStop(string run, StageResult result, params string[] words)
    {
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(Refused), result.Error);
            foreach (string word in words)
                Assert.That(result.Error, Does.Contain(word));
            Assert.That(Path.Combine(shop[run], Stages.Transform.Folder), Does.Exist);
            Assert.That(Path.Combine(shop[run], Stages.Train.Folder), Does.Not.Exist);
        });
    }
}
