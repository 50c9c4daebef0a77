using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Benchmarks;

/// <summary>
/// What the machine can do at most of what SAR's kernels are made of: multiply-adds in registers, reading in order, and reading rows of
/// 32 bytes in no order, as the tile is read. The best of several rounds, because it is a limit that is looked for.
/// </summary>
internal static unsafe class LimitsBenchmark
{
    private const int Rounds = 5;
    private const int RowBytes = 32;
    private const long MultiplyAdds = 100_000_000;
    private const long BytesToRead = 4L << 30;
    private const int RowsToRead = 20_000_000;

    private static readonly (string Name, int Bytes)[] Sizes =
    [
        ("0.5 MB (second cache)", 1 << 19), ("10 MB (tile of 20,000 items)", 10 << 20), ("26 MB (tile of 50,000 items)", 26 << 20),
        ("512 MB (memory)", 1 << 29),
    ];

    public static int Run()
    {
        int[] threads = [1, Environment.ProcessorCount];
        Console.WriteLine(F($"| limit | 1 thread | {threads[1]} threads |"));
        Console.WriteLine("| --- | ---: | ---: |");
        PrintRow("multiply-adds of float in registers, billions/s", threads.Select(t =>
            t * 8 * 16 * MultiplyAdds / Best(t, _ => Multiply(MultiplyAdds)) / 1e9), "F0");
        foreach ((string name, int bytes) in Sizes)
            PrintRow($"read in order, {name}, GB/s", threads.Select(t => InBuffers(t, bytes, buffers =>
            {
                long repeats = BytesToRead / bytes;
                return t * (double)repeats * bytes / Best(t, thread => ReadInOrder((float*)buffers[thread], bytes / sizeof(float), repeats)) / 1e9;
            })), "F0");
        foreach ((string name, int bytes) in Sizes)
            PrintRow($"rows of {RowBytes} bytes in no order, {name}, ns each", threads.Select(t => InBuffers(t, bytes, buffers =>
                1e9 / t / RowsToRead * Best(t, thread => ReadRows((byte*)buffers[thread], bytes / RowBytes)))), "F1");
        return 0;
    }

    private static void PrintRow(string name, IEnumerable<double> values, string format) =>
        Console.WriteLine($"| {name} | {string.Join(" | ", values.Select(value => value.ToString(format, CultureInfo.InvariantCulture)))} |");

    private static string F(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Seconds of the fastest round of all threads together.</summary>
    private static double Best(int threads, Func<int, float> work)
    {
        double best = double.MaxValue;
        float[] results = new float[threads];
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread => results[thread] = work(thread));
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        // Used, so that nothing measured can be left out.
        return float.IsNaN(results.Sum()) ? double.NaN : best;
    }

    private static double InBuffers(int threads, int bytes, Func<nint[], double> measure)
    {
        nint[] buffers = new nint[threads];
        for (int thread = 0; thread < threads; thread++)
        {
            buffers[thread] = (nint)NativeMemory.AlignedAlloc((nuint)bytes, 64);
            NativeMemory.Clear((void*)buffers[thread], (nuint)bytes);
        }
        double result = measure(buffers);
        foreach (nint buffer in buffers)
            NativeMemory.AlignedFree((void*)buffer);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Multiply(long steps)
    {
        Vector512<float> a = default, b = a, c = a, d = a, e = a, f = a, g = a, h = a, x = Vector512.Create(0.5f), y = Vector512.Create(1.0001f);
        for (long n = 0; n < steps; n++)
        {
            a = Vector512.FusedMultiplyAdd(x, y, a);
            b = Vector512.FusedMultiplyAdd(x, y, b);
            c = Vector512.FusedMultiplyAdd(x, y, c);
            d = Vector512.FusedMultiplyAdd(x, y, d);
            e = Vector512.FusedMultiplyAdd(x, y, e);
            f = Vector512.FusedMultiplyAdd(x, y, f);
            g = Vector512.FusedMultiplyAdd(x, y, g);
            h = Vector512.FusedMultiplyAdd(x, y, h);
        }
        return Vector512.Sum(a + b + (c + d) + (e + f + (g + h)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float ReadInOrder(float* from, int count, long repeats)
    {
        Vector512<float> a = default, b = a, c = a, d = a;
        for (long repeat = 0; repeat < repeats; repeat++)
            for (int n = 0; n < count; n += 64)
            {
                a += Vector512.Load(from + n);
                b += Vector512.Load(from + n + 16);
                c += Vector512.Load(from + n + 32);
                d += Vector512.Load(from + n + 48);
            }
        return Vector512.Sum(a + b + (c + d));
    }

    /// <summary>Which row is next doesn't depend on what was read, as with a history: the processor may ask for several at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float ReadRows(byte* from, int rows)
    {
        Vector256<float> sum = default;
        uint state = 1;
        for (int n = 0; n < RowsToRead; n++)
        {
            state = state * 1664525 + 1013904223;
            long row = (long)(((ulong)state * (uint)rows) >> 32);
            sum += Vector256.Load((float*)(from + row * RowBytes));
        }
        return Vector256.Sum(sum);
    }
}
