using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

/// <summary>The largest k of many numbers, the smallest of them on top: O(log k) a number that gets in. One worker's scratch.</summary>
internal sealed class FloatHeap(int k)
{
    // Invariant: values[(n - 1) / 2] <= values[n] for all n below count.
    private readonly float[] values = new float[k];
    private int count;

    /// <summary>The k-th largest so far; only if there are k.</summary>
    public float Smallest => values[0];

    /// <summary>Starts with numbers that fall, times a scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(ReadOnlySpan<double> falling, double scale)
    {
        count = falling.Length;
        for (int n = 0; n < count; n++)
            values[n] = (float)(falling[count - 1 - n] * scale);
    }

    /// <summary>Takes a number in if it is one of the k largest; true if there are k now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Push(float value)
    {
        if (count < values.Length)
        {
            int at = count++;
            for (int parent; at > 0 && values[parent = (at - 1) / 2] > value; at = parent)
                values[at] = values[parent];
            values[at] = value;
        }
        else if (value > values[0])
        {
            int at = 0;
            for (int child; (child = 2 * at + 1) < count; at = child)
            {
                if (child + 1 < count && values[child + 1] < values[child])
                    child++;
                if (values[child] >= value)
                    break;
                values[at] = values[child];
            }
            values[at] = value;
        }
        return count == values.Length;
    }
}
