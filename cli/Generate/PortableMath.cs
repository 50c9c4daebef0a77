namespace Pipeline.Cli.Generate;

/// <summary>
/// The exponential from additions and multiplications alone. These are fixed to the last bit by IEEE 754 and never fused by
/// the runtime; <see cref="Math.Exp"/> is the C library's and may differ in the last digit, enough to change a price.
/// </summary>
internal static class PortableMath
{
    private const double Ln2 = 0.6931471805599453;

    /// <summary>e^<paramref name="x"/> for |x| up to 700, to a relative error below 1e-14.</summary>
    public static double Exp(double x)
    {
        // e^x = 2^k * e^r with |r| <= ln(2)/2, where 15 Taylor terms are exact to double precision.
        double k = Math.Floor(x / Ln2 + 0.5);
        double r = x - k * Ln2;
        double sum = 1;
        for (int i = 15; i > 0; i--)
            sum = 1 + sum * r / i;
        return sum * BitConverter.Int64BitsToDouble((long)(k + 1023) << 52);
    }
}
