namespace DeepSharp.Formats.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string FilePath => folder["file"];

    [Fact]
    public void Two_writers_of_one_file_do_not_interfere()
    {
        AtomicFile.Write(FilePath, outer =>
        {
            outer.WriteByte(1);
            AtomicFile.Write(FilePath, inner => inner.WriteByte(2));
            Assert.Throws<IOException>(() => AtomicFile.Write(FilePath, _ => throw new IOException("broken")));
            Assert.Equal([2], File.ReadAllBytes(FilePath));
            outer.WriteByte(3);
        });
        Assert.Equal([1, 3], File.ReadAllBytes(FilePath));
        Assert.Equal(["file"], folder.Files);
    }

    [Fact]
    public void A_temporary_file_of_another_program_is_not_removed()
    {
        File.WriteAllText(FilePath + ".tmp", "another's");
        AtomicFile.Write(FilePath, stream => stream.WriteByte(1));
        Assert.Throws<IOException>(() => AtomicFile.Write(FilePath, _ => throw new IOException("broken")));
        Assert.Equal("another's", File.ReadAllText(FilePath + ".tmp"));
        Assert.Equal([1], File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void Stale_files_of_a_killed_writer_are_removed_after_a_day()
    {
        // Temporary files: an old one for this file, a recent one for this file, an old one for another file, and one of another program.
        string[] names = ["file.abcdefgh.ijk.tmp", "file.bbcdefgh.ijk.tmp", "file2.abcdefgh.ijk.tmp", "file.other.tmp"];
        foreach (string name in names) File.WriteAllText(folder[name], "left");
        foreach (string name in names.Where(name => name != names[1]))
            File.SetLastWriteTimeUtc(folder[name], DateTime.UtcNow.AddDays(-1.01));
        File.SetLastWriteTimeUtc(folder[names[1]], DateTime.UtcNow.AddDays(-0.99));
        AtomicFile.Write(FilePath, stream => stream.WriteByte(1));
        Assert.Equal(["file", .. names[1..].Order(StringComparer.Ordinal)], folder.Files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_full_disk_leaves_the_old_file()
    {
        if (!File.Exists("/dev/full")) Assert.Skip("There is no /dev/full here.");
        File.WriteAllText(FilePath, "old");
        var error = Assert.Throws<IOException>(() => AtomicFile.Write(FilePath, _ => File.WriteAllText("/dev/full", "new")));
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(FilePath));
        Assert.Equal(["file"], folder.Files);
    }

    public void Dispose() => folder.Dispose();
}
