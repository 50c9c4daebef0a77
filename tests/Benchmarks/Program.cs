using Pipeline.Benchmarks;

return args switch
{
    ["tables", .. string[] rest] => await TablesBenchmark.RunAsync(rest),
    ["transform", .. string[] rest] => await TransformBenchmark.RunAsync(rest),
    ["train", .. string[] rest] => await TrainBenchmark.RunAsync(rest),
    ["load", .. string[] rest] => await LoadBenchmark.RunAsync(rest),
    ["email", .. string[] rest] => await EmailBenchmark.RunAsync(rest),
    ["inject", .. string[] rest] => await InjectBenchmark.RunAsync(rest),
    ["sar", .. string[] rest] => await SarBenchmark.RunAsync(rest),
    ["update", .. string[] rest] => await UpdateBenchmark.RunAsync(rest),
    ["evaluation", .. string[] rest] => await EvaluationBenchmark.RunAsync(rest),
    ["limits"] => LimitsBenchmark.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: benchmarks tables [--rows <rows>] [--rounds <rounds>]");
    Console.Error.WriteLine("       benchmarks transform [--rows <rows>] [--rounds <rounds>]");
    Console.Error.WriteLine("       benchmarks train [--rows <rows>] [--rounds <rounds>]");
    Console.Error.WriteLine("       benchmarks load [--rows <rows>] [--rounds <rounds>]");
    Console.Error.WriteLine("       benchmarks email [--customers <customers>] [--rounds <rounds>]");
    Console.Error.WriteLine("       benchmarks inject [--customers <customers>] [--rounds <rounds>]");
    Console.Error.WriteLine("       benchmarks sar [--rounds <rounds>] | benchmarks sar files <path>...");
    Console.Error.WriteLine("       benchmarks update [--rounds <rounds>]");
    Console.Error.WriteLine("       benchmarks evaluation [--rounds <rounds>]");
    Console.Error.WriteLine("       benchmarks limits");
    return 2;
}
