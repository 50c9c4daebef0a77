using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

/// <summary>Finds the k-th largest of many numbers without sorting them (C. A. R. Hoare, "Algorithm 65: Find", 1961). O(n) on average. One worker's scratch.</summary>
internal sealed class Selection<T>
    where T : unmanaged, INumber<T>
{
    private T[] scratch = [];

    /// <summary>The k-th largest of some numbers, none of them NaN; k is from 1 to their number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public T At(ReadOnlySpan<T> numbers, int k)
    {
        if (scratch.Length < numbers.Length)
            scratch = new T[numbers.Length];
        numbers.CopyTo(scratch);
        Span<T> left = scratch.AsSpan(0, numbers.Length);

        // Invariant: the number sought is the (at + 1)-th largest of what is left.
        for (int at = k - 1; left.Length > 1;)
        {
            T pivot = left[left.Length / 2];
            int low = 0, high = left.Length - 1;
            while (low <= high)
            {
                while (left[low] > pivot)
                    low++;
                while (left[high] < pivot)
                    high--;
                if (low <= high)
                {
                    (left[low], left[high]) = (left[high], left[low]);
                    low++;
                    high--;
                }
            }
            if (at <= high)
                left = left[..(high + 1)];
            else if (at >= low)
            {
                left = left[low..];
                at -= low;
            }
            else
                return pivot;
        }
        return left[0];
    }
}
