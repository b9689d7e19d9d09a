using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Testing;

/// <summary>Opens, reads and copies files of weights that may be damaged.</summary>
internal static class WeightsFuzz
{
    // Buffers are not filled with NaN, because that would take longer than reading.
    private static readonly ComputeContext Context = new(new ComputeOptions { Workers = 1 });

    /// <summary>Reads all tensors of supported types, and copies the file. The copy is deleted.</summary>
    /// <param name="path">The file.</param>
    /// <param name="also">An additional action on the open file.</param>
    /// <returns>The error that rejected the file, or null if it was read.</returns>
    public static Exception? Read(string path, Action<WeightsFile>? also = null)
    {
        try
        {
            using var file = WeightsFile.Open(path);
            foreach (var (name, stored) in file.Tensors)
            {
                bool isTensor = stored.Type is "F32" or "F64" or "F16" or "BF16" && stored.Shape.Count <= 4 && !stored.Shape.Contains(0);
                if (stored.Type == "I64" && stored.ByteCount == sizeof(long)) file.ReadInteger(name);
                else if (isTensor) file.Read<float>(name, Context).Dispose();
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

    // The number of tensors decides the format, so that both are tested. Some types and names exist in only one of them.
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

    /// <summary>The managed bytes that this thread allocates during an action.</summary>
    public static long Allocated(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
