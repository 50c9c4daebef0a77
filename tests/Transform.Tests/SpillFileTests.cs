using System.Text;

namespace Pipeline.Transform.Tests;

public class SpillFileTests
{
    [Test]
    public void Sections_hold_what_was_written_to_them()
    {
        using var file = new SpillFile();
        long first = file.Allocate(8), second = file.Allocate(4);

        file.Write(second, "last"u8);
        file.Write(first + 4, "half"u8);
        file.Write(first, "one-"u8);

        byte[] read = new byte[8];
        file.Read(first, read);
        Assert.That(Encoding.ASCII.GetString(read), Is.EqualTo("one-half"));
        file.Read(second, read.AsSpan(0, 4));
        Assert.That(Encoding.ASCII.GetString(read), Is.EqualTo("lasthalf"));
        Assert.Throws<InvalidOperationException>(() => file.Read(second, read));
    }

    [Test]
    public void File_has_no_name_and_is_for_its_owner_only()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("What this process has open is seen on Linux only.");
            return;
        }
        using var file = new SpillFile();

        FileSystemInfo[] open =
            [.. new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Where(fd => fd.LinkTarget?.Contains("pipeline-transform-", StringComparison.Ordinal) == true)];
        Assert.That(open, Has.Length.EqualTo(1));
        Assert.That(open[0].LinkTarget, Does.EndWith(" (deleted)"));
        Assert.That(File.GetUnixFileMode(open[0].FullName), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void Integers_are_read_as_they_were_added_from_memory_and_from_a_file()
    {
        using var file = new SpillFile();
        foreach (IntList list in (IntList[])[new(null, 100_000), new(file, 100_000), new(file, 100_000)])
        {
            Assert.That(list.Read(0, 0).Length, Is.Zero);
            for (int n = 0; n < 99_999; n++)
                list.Add(n * 7);
            Assert.That(list.Read(0, 3).ToArray(), Is.EqualTo(new[] { 0, 7, 14 }));
            list.Add(-1);
            Assert.That(list.Read(99_998, 2).ToArray(), Is.EqualTo(new[] { 99_998 * 7, -1 }));
            Assert.That(list.Read(0, 99_999).ToArray(), Is.EqualTo(Enumerable.Range(0, 99_999).Select(n => n * 7)));
            Assert.That(list.Count, Is.EqualTo(100_000));
        }
    }
}
