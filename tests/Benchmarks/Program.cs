using Pipeline.Benchmarks;

return args switch
{
    ["tables", .. string[] rest] => await TablesBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: benchmarks tables [--rows <rows>] [--rounds <rounds>]");
    return 2;
}
