using System.Globalization;
using Pipeline.Cli.Generate;

// pipeline <users> <items> <interactions> <seed> <directory>
if (args.Length != 5)
{
    Console.Error.WriteLine("usage: <users> <items> <interactions> <seed> <output directory>");
    return 2;
}

ShopGenerator.Generate(
    new ShopOptions
    {
        Users = int.Parse(args[0], CultureInfo.InvariantCulture),
        Items = int.Parse(args[1], CultureInfo.InvariantCulture),
        Interactions = long.Parse(args[2], CultureInfo.InvariantCulture),
        Seed = long.Parse(args[3], CultureInfo.InvariantCulture),
    },
    args[4],
    new Progress<long>(),
    CancellationToken.None);
return 0;
