using System.Runtime.InteropServices;

namespace Pipeline.Sar;

/// <summary>
/// Scratch outside the collected heap: aligned for vector loads, given back the moment it is disposed, so that the peak is what was
/// planned. One owner; whoever gets the pointer may use it as long as the owner holds the buffer.
/// </summary>
internal sealed unsafe class AlignedBuffer<T> : IDisposable
    where T : unmanaged
{
    private const int Alignment = 64;

    /// <summary>Room for <paramref name="length"/> values, all 0.</summary>
    public AlignedBuffer(long length)
    {
        Length = length;
        bool isLarge = Bytes >= LargePages.Size;
        Pointer = (T*)NativeMemory.AlignedAlloc((nuint)Math.Max(Bytes, Alignment), isLarge ? LargePages.Size : (nuint)Alignment);
        if (isLarge)
            LargePages.Advise(Pointer, Bytes);
        NativeMemory.Clear(Pointer, (nuint)Bytes);
        GC.AddMemoryPressure(Math.Max(Bytes, 1));
    }

    ~AlignedBuffer() => Free();

    public T* Pointer { get; private set; }

    public long Length { get; }

    public long Bytes => Length * sizeof(T);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Pointer is null)
            return;
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
        GC.RemoveMemoryPressure(Math.Max(Bytes, 1));
    }
}
