using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Audience;
using Pipeline.Cli.Sar;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline audience</c>: which customers of a finished run should get a product.</summary>
internal static class AudienceCommand
{
    private static readonly Column Rank = new("rank", ColumnType.Int32), User = new("user_id", ColumnType.Text), Item = new("item_id", ColumnType.Text),
        Score = new("score", ColumnType.Double), BecauseItem = new("because_item_id", ColumnType.Text, Nullable: true),
        BecauseName = new("because_name", ColumnType.Text, Nullable: true);

    public static Command Create()
    {
        var run = new Option<string>("--run") { HelpName = "FOLDER", Description = "The run; train must have finished in it.", Required = true };
        var item = new Option<string?>("--item") { HelpName = "ID", Description = "The product." };
        var category = new Option<string?>("--category") { HelpName = "NAME", Description = "Instead of a product: the best one of a category for each customer." };
        var k = new Option<int>("--k") { HelpName = "N", Description = "Most customers. Default: 1000.", DefaultValueFactory = _ => 1000 };
        var output = new Option<string?>("--output") { HelpName = "FILE", Description = "Where they go: .csv or .parquet. Default: a table on stdout." };
        var threads = new Option<int>("--threads") { HelpName = "N", Description = "Most threads; changes speed only. Default: one per processor." };
        var command = new Command("audience", "Say which customers of a finished run should get a product, and why.") { run, item, category, k, output, threads };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new AudienceRequest(
                parsed.GetValue(run)!, parsed.GetValue(item), parsed.GetValue(category), parsed.GetValue(k), parsed.GetValue(threads));
            string? path = parsed.GetValue(output);
            Check(request, path);
            IReadOnlyList<Member> members = await AudienceRun.FindAsync(request, cancellation);
            if (path is not null)
                await WriteAsync(members, path, cancellation);
            else
                Print(members, request, parsed.InvocationConfiguration.Output);
            return 0;
        });
        return command;
    }

    private static void Check(AudienceRequest request, string? output)
    {
        var mistakes = new List<string>();
        if ((request.Item is null) == (request.Category is null))
            mistakes.Add("Give one of --item ID and --category NAME.");
        if (request.K < 1)
            mistakes.Add($"--k '{request.K}' must be a whole number, at least 1.");
        if (request.Threads < 0)
            mistakes.Add($"--threads '{request.Threads}' must be a whole number, at least 0.");
        if (output is not null && !ResultFile.IsSupported(output))
            mistakes.Add($"--output '{output}' must end with .csv or .parquet.");
        if (mistakes.Count > 0)
            throw new StageException(ExitCode.Usage, string.Join(' ', mistakes));
    }

    private static async Task WriteAsync(IReadOnlyList<Member> members, string path, CancellationToken cancellation)
    {
        await using ResultFile file = await ResultFile.CreateAsync(path, new TableSchema("audience", 1, Rank, User, Item, Score, BecauseItem, BecauseName), cancellation);
        for (int n = 0; n < members.Count; n++)
        {
            Member member = members[n];
            await file.Whole(Rank, n + 1).Text(User, member.User).Text(Item, member.Item).Number(Score, member.Score)
                .Text(BecauseItem, member.BecauseItem).Text(BecauseName, member.BecauseName).EndRowAsync();
        }
        await file.CompleteAsync();
        file.Commit();
    }

    private static void Print(IReadOnlyList<Member> members, AudienceRequest request, TextWriter output)
    {
        if (members.Count == 0)
        {
            output.WriteLine("Nobody: no customer without it has anything that speaks for it.");
            return;
        }
        ConsoleTable table = new ConsoleTable().Numbers("rank").Words("customer").Numbers("score").Words("because of");
        if (request.Category is not null)
            table = new ConsoleTable().Numbers("rank").Words("customer").Words("product").Numbers("score").Words("because of");
        for (int n = 0; n < members.Count; n++)
        {
            Member member = members[n];
            string rank = (n + 1).ToString(CultureInfo.InvariantCulture), score = member.Score.ToString("0.####", CultureInfo.InvariantCulture);
            string why = member.BecauseName is null ? member.BecauseItem ?? "" : $"{member.BecauseName} ({member.BecauseItem})";
            table.Row(request.Category is null ? [rank, member.User, score, why] : [rank, member.User, member.Item, score, why]);
        }
        output.WriteLine(table.ToString());
    }
}
