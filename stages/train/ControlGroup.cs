using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Contracts;

namespace Pipeline.Train;

/// <summary>
/// The share of the customers that a campaign leaves unmailed for comparison. Who is in it follows from the campaign's name and the
/// customer's id alone, by HMAC-SHA-256 of the id under the name: the same customer is in the same arm as long as the campaign lasts, whatever
/// they do and whoever else there is; another campaign draws anew; and a larger share takes others in and lets nobody out.
/// </summary>
/// <param name="share">The share, from 0 to 1.</param>
/// <param name="campaign">The campaign's name; of no use where the share is 0.</param>
internal sealed class ControlGroup(decimal share, string campaign)
{
    private const decimal AllNumbers = 1m + ulong.MaxValue;

    private readonly byte[] key = Encoding.UTF8.GetBytes(campaign);

    /// <summary>As many of the 2^64 numbers a customer can draw are in the group.</summary>
    private readonly UInt128 numbers = (UInt128)(share * AllNumbers);

    /// <summary>The arm of a customer, one of <see cref="Arms"/>.</summary>
    /// <param name="user">The customer's id, UTF-8.</param>
    public string ArmOf(ReadOnlySpan<byte> user)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, user, mac);
        return BinaryPrimitives.ReadUInt64BigEndian(mac) < numbers ? Arms.Control : Arms.Treatment;
    }
}
