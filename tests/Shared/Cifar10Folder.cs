namespace DeepSharp.Testing;

/// <summary>The folder of CIFAR-10, for tests that need real images.</summary>
public static class Cifar10Folder
{
    /// <summary>
    /// The folder named by the environment variable DEEPSHARP_CIFAR10, or else <c>shared/cifar10/cifar-10-batches-bin</c> in the nearest
    /// parent folder of the test program that contains it. Skips the test if neither is found.
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
