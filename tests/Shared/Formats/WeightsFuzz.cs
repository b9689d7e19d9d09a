using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Testing;

/// <summary>Opens files that may be damaged, and does with them all that can be done with a file of weights.</summary>
internal static class WeightsFuzz
{
    // Its buffers are not filled before use, which would cost more than reading.
    private static readonly ComputeContext Context = new(new ComputeOptions { Workers = 1 });

    /// <summary>Reads all that a file claims to hold and copies the file, which goes away again.</summary>
    /// <param name="path">The file.</param>
    /// <param name="also">What else to do with the open file.</param>
    /// <returns>Why the file was refused; null if it was read.</returns>
    public static Exception? Read(string path, Action<WeightsFile>? also = null)
    {
        try
        {
            using var file = WeightsFile.Open(path);
            foreach (var (name, stored) in file.Tensors)
            {
                if (stored.Type == "I64" && stored.ByteCount == sizeof(long)) file.ReadInteger(name);
                else if (stored.Type is "F32" or "F64" or "F16" or "BF16" && stored.Shape.Count <= 4 && !stored.Shape.Contains(0)) file.Read<float>(name, Context).Dispose();
            }

            Copy(file);
            also?.Invoke(file);
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return e;
        }
    }

    // Both formats in turn. Some types and names exist in one of them only.
    private static void Copy(WeightsFile file)
    {
        string copy = file.Path + (file.Tensors.Count % 2 == 0 ? ".copy.pth" : ".copy.safetensors");
        try
        {
            var writer = WeightsWriter.For(copy);
            writer.AddAll(file);
            writer.Save(copy);
            using var written = WeightsFile.Open(copy);
            Assert.Equal(file.Tensors.Keys.Order(StringComparer.Ordinal), written.Tensors.Keys.Order(StringComparer.Ordinal));
        }
        finally
        {
            File.Delete(copy);
        }
    }

    /// <summary>The managed bytes that this thread allocates while it does something.</summary>
    public static long Allocated(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
