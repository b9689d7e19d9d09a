namespace DeepSharp.Testing;

/// <summary>The folder of CIFAR-10, for tests that need real images.</summary>
public static class Cifar10Folder
{
    /// <summary>
    /// The folder that DEEPSHARP_CIFAR10 names, or else <c>shared/cifar10/cifar-10-batches-bin</c> beside the repository. Skips the test if
    /// there is none.
    /// </summary>
    public static string OrSkip()
    {
        if (Environment.GetEnvironmentVariable("DEEPSHARP_CIFAR10") is { Length: > 0 } named) return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "cifar10", "cifar-10-batches-bin");
            if (Directory.Exists(candidate)) return candidate;
        }

        Assert.Skip("CIFAR-10 was not found; set DEEPSHARP_CIFAR10 to the folder that contains data_batch_1.bin.");
        return "";
    }
}
