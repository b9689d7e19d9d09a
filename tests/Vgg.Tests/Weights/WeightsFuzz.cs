namespace DeepSharp.Vgg.Tests.Weights;

/// <summary>Opens files that may be damaged and reads everything in them.</summary>
internal static class WeightsFuzz
{
    // Its buffers are not filled before use, which would cost more than reading.
    private static readonly ComputeContext Context = new(new ComputeOptions { Workers = 1 });

    /// <summary>Reads all that a file claims to hold.</summary>
    /// <returns>Why the file was refused; null if it was read.</returns>
    public static Exception? Read(string path)
    {
        try
        {
            using var file = WeightsFile.Open(path);
            foreach (var (name, stored) in file.Tensors)
            {
                if (stored.Type == "I64" && stored.ByteCount == sizeof(long)) file.ReadInteger(name);
                else if (stored.Type is "F32" or "F64" or "F16" or "BF16" && stored.Shape.Count <= 4 && !stored.Shape.Contains(0)) file.Read<float>(name, Context).Dispose();
            }

            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return e;
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
