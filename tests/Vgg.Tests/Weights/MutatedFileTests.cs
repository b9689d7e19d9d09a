using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;

namespace DeepSharp.Vgg.Tests.Weights;

/// <summary>
/// Many damaged files of each kind are either read or refused with one line, in little time and memory. Nothing is written.
/// </summary>
public sealed class MutatedFileTests : IDisposable
{
    private const int FilesPerKind = 1200;

    // Reading a file of 7 KB may allocate 1 MiB. A reader that trusts a damaged header would allocate gigabytes.
    private const long MaxAllocated = 1 << 20;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);

    private readonly TemporaryFolder folder = new();

    private string FilePath => folder["damaged"];

    [Fact]
    public void Damaged_safetensors_files_are_read_or_refused()
    {
        byte[] file = File.ReadAllBytes(PathOf("types.safetensors"));
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        RequireSafe(file, [0..8, 8..(8 + header)]);
    }

    [Fact]
    public void Damaged_safetensors_files_with_a_hash_are_read_or_refused()
    {
        string path = folder["ours"];
        using (var tensor = Tensor<float>.RandomNormal([2, 3, 2, 2], new RandomStream(1, "tensor"), context: TestContexts.Default))
        {
            var writer = new SafeTensorsWriter { Metadata = { ["epoch"] = "3" } };
            writer.Add("weight", tensor);
            writer.Add("count", 5);
            writer.Save(path);
        }

        byte[] file = File.ReadAllBytes(path);
        File.Delete(path);
        RequireSafe(file, [0..8, 8..(8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(file))]);
    }

    [Theory]
    [InlineData("types.pth")]
    [InlineData("wrapped.pth")]
    public void Damaged_pth_archives_are_read_or_refused(string name)
    {
        string path = PathOf(name);
        byte[] file = File.ReadAllBytes(path);
        int directory = file.AsSpan().LastIndexOf("PK\u0006\u0006"u8);
        RequireSafe(file, [0..64, (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(directory + 48)).., directory..]);
    }

    /// <summary>The archives have correct checksums, so that the damage reaches the pickle reader.</summary>
    [Theory]
    [InlineData("types.pth")]
    [InlineData("types-4.pth")]
    [InlineData("wrapped.pth")]
    public void Damaged_pickles_in_pth_archives_are_read_or_refused(string name)
    {
        using var source = ZipFile.OpenRead(PathOf(name));
        var parts = source.Entries.ToDictionary(entry => entry.FullName, Content);
        string pickle = parts.Keys.Single(part => part.EndsWith("data.pkl", StringComparison.Ordinal));
        RequireSafe(parts[pickle], [Range.All], damaged =>
        {
            File.Delete(FilePath);
            using var archive = ZipFile.Open(FilePath, ZipArchiveMode.Create);
            foreach (var (part, content) in parts)
            {
                using var stream = archive.CreateEntry(part, CompressionLevel.NoCompression).Open();
                stream.Write(part == pickle ? damaged : content);
            }
        });

        static byte[] Content(ZipArchiveEntry entry)
        {
            using var stream = entry.Open();
            byte[] content = new byte[(int)entry.Length];
            stream.ReadExactly(content);
            return content;
        }
    }

    [Theory]
    [InlineData("types-legacy.pth")]
    [InlineData("python2.pth")]
    public void Damaged_legacy_pth_files_are_read_or_refused(string name)
    {
        byte[] file = File.ReadAllBytes(PathOf(name));
        // The structure: all pickles, the last of which lists the storages, and the length of the first storage.
        int end = file.AsSpan().LastIndexOf("e."u8) + 2;
        RequireSafe(file, [0..end, (end - 20)..(end + 8)]);
    }

    [Fact]
    public void Damaged_ONNX_files_are_read_or_refused()
    {
        // A file of DeepSharp, with a description of the network.
        var options = new VggOptions { BatchNorm = true, Classes = 3, Head = VggHead.Compact };
        using (var model = VggModel.Create<float>(VggConfig.Parse("2,M,3"), options, context: TestContexts.Default))
            OnnxExport.Write(model, FilePath, new OnnxOptions { FoldBatchNorm = false });
        RequireSafe(File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void Damaged_ONNX_files_of_other_exporters_are_read_or_refused() =>
        RequireSafe(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign", "grey.onnx")));

    public void Dispose() => folder.Dispose();

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "weights", name);

    // Most of these files contain no VGG network; the error must name the file. Damage in an ONNX graph is detected only here.
    private static void Recognize(WeightsFile file)
    {
        ImagePreprocessing.Read(file);
        try
        {
            var recognition = VggRecognition.Of(file);
            if (file is not OnnxFile) return;
            var readable = recognition.Weights.Tensors.Values.Where(stored => stored.Type == "F32" && stored.Shape.Count <= 4);
            foreach (string name in readable.Select(stored => stored.Name))
                recognition.Weights.Read<float>(name, TestContexts.Default).Dispose();
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            Assert.StartsWith($"{file.Path}: ", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(e.Message, char.IsControl);
            if (file is OnnxFile && e is InvalidDataException) throw;
        }
    }

    private void RequireSafe(byte[] network) => RequireSafe(network, OnnxBytes.Structure(network));

    private void RequireSafe(byte[] original, Range[] structure, Action<byte[]>? write = null)
    {
        write ??= bytes => File.WriteAllBytes(FilePath, bytes);
        write(original);
        Assert.Null(WeightsFuzz.Read(FilePath, Recognize));
        var mutation = new FileMutation(seed: 1, original, structure);
        int read = 0;
        for (int i = 0; i < FilesPerKind; i++)
        {
            write(mutation.Next());
            Exception? error = null;
            long started = Stopwatch.GetTimestamp();
            long allocated = WeightsFuzz.Allocated(() => error = WeightsFuzz.Read(FilePath, Recognize));
            Assert.True(Stopwatch.GetElapsedTime(started) < MaxTime, $"file {i} took {Stopwatch.GetElapsedTime(started)}");
            Assert.True(allocated < MaxAllocated, $"file {i} allocated {allocated} bytes");
            if (error is null) read++;
            else Assert.True(error.Message.Length is > 10 and < 1000 && !error.Message.Any(char.IsControl), error.Message);
        }

        Assert.Equal([FilePath], Directory.GetFileSystemEntries(folder.Path));
        // Some damage is harmless, but most must be detected. Otherwise the mutations miss the structure.
        Assert.InRange(mutation.InStructure, FilesPerKind / 2, FilesPerKind);
        Assert.InRange(read, 1, FilesPerKind / 2);
    }
}
