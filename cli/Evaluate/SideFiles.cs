using System.Text;
using Pipeline.Cli.Sar;
using Pipeline.Evaluation;
using Pipeline.Records;

namespace Pipeline.Cli.Evaluate;

/// <summary>The small files that say more about users and items; ids in them that no other file has are passed over.</summary>
internal static class SideFiles
{
    /// <summary>Price of each item by index, from the columns of items and <c>price</c>; null where there is none.</summary>
    /// <exception cref="Hosting.StageException">A record cannot be read.</exception>
    public static double?[] ReadPrices(string path, PairNames names, IdSpace ids)
    {
        using StrictRecords file = StrictRecords.Open(path, names.Files, [new("item", names.Item, true), new("price", "price", true)], "item");
        var prices = new double?[ids.ItemTexts.Count];
        while (file.Read())
        {
            int item = ids.ItemTexts.Find(file[0]);
            if (item < 0 || file[1].IsEmpty)
                continue;
            if (!FieldParser.TryNumber(file[1], out double price))
                throw file.Refuse(1, "is not a finite number", "write it with a decimal point, as in 2.5, or leave it empty");
            prices[ids.Items.Indices[item]] = price;
        }
        return prices;
    }

    /// <summary>Users by the columns of users and <c>segment</c>.</summary>
    /// <exception cref="Hosting.StageException">A record cannot be read.</exception>
    public static Grouping ReadSegments(string path, PairNames names, IdSpace ids)
    {
        using StrictRecords file = StrictRecords.Open(path, names.Files, [new("user", names.User, true), new("segment", "segment", true)], "user");
        var segments = new string?[ids.UserTexts.Count];
        while (file.Read())
        {
            int user = ids.UserTexts.Find(file[0]);
            if (user >= 0 && !file[1].IsEmpty)
                segments[ids.Users.Indices[user]] = Encoding.UTF8.GetString(file[1]);
        }
        return Grouping.ByName("segment", segments);
    }
}
