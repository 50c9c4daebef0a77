using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>The customers in memory, by index.</summary>
internal sealed class UserTable
{
    public TextIndex Ids { get; } = new();

    public List<int> Frequency { get; } = [];

    public List<double> Monetary { get; } = [];

    /// <summary>Time of the last purchase; of the last interaction for those who never bought.</summary>
    public List<long> LastTime { get; } = [];

    /// <summary>Time of the newest interaction of all.</summary>
    public long NewestTime { get; private set; } = long.MinValue;

    public int Count => Ids.Count;

    public static async Task<UserTable> ReadAsync(StageContext stage, CancellationToken cancellation)
    {
        var users = new UserTable();
        await foreach (ColumnBatch batch in stage.ReadAsync(Users.DataSet, cancellation: cancellation))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                users.Ids.Add(batch.Text(Users.UserId)[row]);
                users.Frequency.Add(batch.Values<int>(Users.PurchaseDays)[row]);
                users.Monetary.Add(batch.Values<double>(Users.Revenue)[row]);
                bool neverBought = batch.Nulls(Users.LastPurchase)[row];
                users.LastTime.Add(batch.Values<long>(neverBought ? Users.LastTime : Users.LastPurchase)[row]);
                users.NewestTime = Math.Max(users.NewestTime, batch.Values<long>(Users.LastTime)[row]);
            }
        }
        return users;
    }
}
