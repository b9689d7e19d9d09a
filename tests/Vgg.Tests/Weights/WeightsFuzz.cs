namespace DeepSharp.Vgg.Tests.Weights;

/// <summary>Opens files that may be damaged, and does with them all that can be done with a file of weights.</summary>
internal static class WeightsFuzz
{
    // Its buffers are not filled before use, which would cost more than reading.
    private static readonly ComputeContext Context = new(new ComputeOptions { Workers = 1 });

    /// <summary>Reads all that a file claims to hold, recognises the model and copies the file, which goes away again.</summary>
    /// <returns>Why the file was refused; null if it was read, be it a model's or not.</returns>
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

            ImageDescription.Read(file);
            Copy(file);
            RequireNamed(file);
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

    // Most of these files hold no model; then the error says so and names the file.
    private static void RequireNamed(WeightsFile file)
    {
        try
        {
            VggRecognition.Of(file);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            Assert.StartsWith($"{file.Path}: ", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(e.Message, char.IsControl);
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
