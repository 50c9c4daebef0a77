namespace Pipeline.Records;

/// <summary>One stream after the other.</summary>
internal sealed class Concatenation(Stream first, Stream second) : ForwardStream
{
    private bool isFirstDone;

    public override int Read(Span<byte> destination)
    {
        if (!isFirstDone)
        {
            int count = first.Read(destination);
            if (count > 0)
                return count;
            isFirstDone = true;
        }
        return second.Read(destination);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            first.Dispose();
            second.Dispose();
        }
        base.Dispose(disposing);
    }
}
