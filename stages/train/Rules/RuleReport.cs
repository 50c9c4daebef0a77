using Microsoft.Extensions.Logging;
using Pipeline.Hosting;
using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>What the rules about customers and lists did, as <see cref="ItemSelection"/> says what those about products did.</summary>
internal static class RuleReport
{
    /// <summary>Counts and logs it.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: with the shop's own rules nobody has anything left to be offered.</exception>
    public static void Write(StageContext stage, ListRules rules, ListPlan plan, SarModel all, ListFigures figures, long overCategory)
    {
        long barred = plan.Due.CountBarred(all, plan.Allowed);
        stage.Counters.Set("pairs_removed_repurchase", barred);
        stage.Counters.Set("pairs_due_again", plan.Due.Count);
        stage.Counters.Set("items_with_repeat_interval", plan.Due.WithInterval);
        stage.Counters.Set("candidates_removed_max_per_category", overCategory);
        stage.Log.LogInformation("rule {rule}: {pairs} pairs of customer and product removed", "repurchase", barred);
        if (plan.Due.Count > 0)
        {
            stage.Log.LogInformation(
                "rule {rule}: {pairs} pairs are due again, {items} products by their own interval", "repurchase", plan.Due.Count, plan.Due.WithInterval);
        }
        if (overCategory > 0)
            stage.Log.LogInformation("rule {rule}: {candidates} candidates removed", "max_per_category", overCategory);
        // Without rules of its own this is a shop as it is, whose customers are counted as having nothing to be recommended.
        if (rules != new ListRules() && figures.Customers > 0 && figures.WithSomethingLeft == 0 && barred > 0)
        {
            throw new StageException(
                ExitCode.InputRefused, $"The rule 'repurchase' removes all candidates of all {figures.Customers:N0} customers: each has had every product on offer.",
                "Let what was bought be offered again after some time (--repurchase-after-days), or loosen the rules about products.");
        }
    }
}
