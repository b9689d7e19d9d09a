using System.Buffers.Binary;
using System.Text;

namespace DeepSharp.Formats.Tests.Zip;

/// <summary>Valid archives are read, also with the Zip64 directory of archives beyond 4 GiB. Damaged archives are rejected.</summary>
public sealed class ZipDirectoryTests : IDisposable
{
    // Offsets of the fields in a directory entry.
    private const int Flags = 8, Method = 10, Crc = 16, PackedLength = 20, Length = 24, LocalOffset = 42, Name = 46;

    private readonly TemporaryFolder folder = new();

    private string FilePath => folder["a.pth"];

    [Fact]
    public void Reads_the_64_bit_numbers_of_archives_beyond_4_GiB()
    {
        byte[] file = Write();
        var (start, entries) = Directory(file);
        List<byte> directory = [];
        foreach (int entry in entries)
        {
            // Moves both lengths and the offset to the extra field, after an unrelated record.
            byte[] header = file[entry..(entry + Name)];
            byte[] extra = new byte[6 + 4 + 24];
            BinaryPrimitives.WriteUInt16LittleEndian(extra, 0x4246);
            BinaryPrimitives.WriteUInt16LittleEndian(extra.AsSpan(2), 2);
            BinaryPrimitives.WriteUInt16LittleEndian(extra.AsSpan(6), 1);
            BinaryPrimitives.WriteUInt16LittleEndian(extra.AsSpan(8), 24);
            foreach (var (at, index) in ((int, int)[])[(Length, 0), (PackedLength, 1), (LocalOffset, 2)])
            {
                BinaryPrimitives.WriteUInt64LittleEndian(
                    extra.AsSpan(10 + (8 * index)), BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(at)));
                BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(at), uint.MaxValue);
            }

            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(30), (ushort)extra.Length);
            directory.AddRange(header);
            directory.AddRange(file.AsSpan(entry + Name, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28))));
            directory.AddRange(extra);
        }

        byte[] end = new byte[56 + 20 + 22];
        "PK\u0006\u0006"u8.CopyTo(end);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(32), entries.Count);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(40), directory.Count);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(48), start);
        "PK\u0006\u0007"u8.CopyTo(end.AsSpan(56));
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(56 + 8), start + directory.Count);
        "PK\u0005\u0006"u8.CopyTo(end.AsSpan(76));
        end.AsSpan(76 + 8, 12).Fill(0xFF);
        File.WriteAllBytes(FilePath, [.. file[..start], .. directory, .. end]);
        RequireRead();
    }

    [Fact]
    public void Reads_archives_with_a_comment()
    {
        byte[] file = Write();
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(file.Length - 2), 5);
        File.WriteAllBytes(FilePath, [.. file, .. "hello"u8]);
        RequireRead();
    }

    [Theory]
    [InlineData(Flags, 2, 1, "encrypted")]
    [InlineData(Method, 2, 8, "compressed")]
    [InlineData(PackedLength, 4, 1000, "compressed")]
    [InlineData(LocalOffset, 4, 1, "is not at byte 1")]
    [InlineData(LocalOffset, 4, 0x7FFFFFFF, "is not at byte 2147483647")]
    [InlineData(LocalOffset, 4, 0, "overlap")]
    [InlineData(Crc, 4, 0, "the file is damaged")]
    [InlineData(0, 4, 0, "directory is damaged")]
    [InlineData(28, 2, 60000, "directory is damaged")]
    [InlineData(Name + 13, 1, '0', "two files")]
    public void Refuses_a_directory_with_one_wrong_number(int at, int length, int value, string reason)
    {
        byte[] file = Write();
        int entry = Directory(file).Entries.Single(entry => Encoding.UTF8.GetString(file, entry + Name, 14) == "archive/data/1");
        Set(file, entry + at, length, value);
        File.WriteAllBytes(FilePath, file);
        RequireRefused(reason);
    }

    [Theory]
    [InlineData(10, 2, 2, "should have 2 files")]
    [InlineData(12, 4, int.MaxValue, "cannot be")]
    [InlineData(16, 4, int.MaxValue, "cannot be")]
    [InlineData(16, 4, -1, "cannot be")]
    [InlineData(12, 4, 0, "should have")]
    public void Refuses_a_wrong_end_record(int at, int length, int value, string reason)
    {
        byte[] file = Write();
        Set(file, file.Length - 22 + at, length, value);
        File.WriteAllBytes(FilePath, file);
        RequireRefused(reason);
    }

    [Fact]
    public void Rejects_archives_that_are_not_state_dictionaries()
    {
        using (var archive = System.IO.Compression.ZipFile.Open(FilePath, System.IO.Compression.ZipArchiveMode.Create))
            archive.CreateEntry("readme.txt").Open().Dispose();
        RequireRefused("without data.pkl");
        File.Delete(FilePath);
        using (var archive = System.IO.Compression.ZipFile.Open(FilePath, System.IO.Compression.ZipArchiveMode.Create))
        {
            archive.CreateEntry("net/data.pkl").Open().Dispose();
            archive.CreateEntry("net/constants.pkl").Open().Dispose();
        }

        RequireRefused("TorchScript");
    }

    [Fact]
    public void Detects_every_damaged_byte_that_matters_and_every_truncation()
    {
        byte[] file = Write();
        int detected = 0;
        for (int at = 0; at < file.Length; at++)
        {
            byte[] damaged = [.. file];
            damaged[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(FilePath, damaged);
            if (WeightsFuzz.Read(FilePath) is null) RequireRead();
            else detected++;
        }

        // Damage to padding, dates and versions is harmless and not detected.
        Assert.InRange(detected, file.Length / 3, file.Length);
        for (int length = 0; length < file.Length; length++)
        {
            File.WriteAllBytes(FilePath, file[..length]);
            RequireRefused("");
        }
    }

    public void Dispose() => folder.Dispose();

    private static (int Start, List<int> Entries) Directory(byte[] file)
    {
        int start = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(file.Length - 22 + 16));
        List<int> entries = [];
        for (int at = start; at < file.Length - 22; at += Name + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 28)))
            entries.Add(at);
        return (start, entries);
    }

    private static void Set(byte[] file, int at, int length, int value)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        bytes.AsSpan(0, length).CopyTo(file.AsSpan(at));
    }

    private byte[] Write()
    {
        using var tensor = Tensor<float>.FromArray([1, 2, 3], [3], TestContexts.Default);
        var writer = new PthWriter();
        writer.Add("first", tensor);
        writer.Add("second", tensor);
        writer.Save(FilePath);
        return File.ReadAllBytes(FilePath);
    }

    private void RequireRead()
    {
        using var file = WeightsFile.Open(FilePath);
        foreach (string name in (string[])["first", "second"])
        {
            using var tensor = file.Read<float>(name, TestContexts.Default);
            Assert.Equal([1, 2, 3], tensor.ToArray());
        }
    }

    private void RequireRefused(string reason)
    {
        var error = Assert.ThrowsAny<Exception>(() => WeightsFile.Open(FilePath));
        Assert.True(error is InvalidDataException or IOException, error.ToString());
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
