namespace DeepSharp.Testing;

/// <summary>Where CIFAR-10 lies, for the tests that want real images.</summary>
public static class Cifar10Folder
{
    /// <summary>The folder that DEEPSHARP_CIFAR10 names, else <c>shared/cifar10/cifar-10-batches-bin</c> beside the repository; skips the test where there is none.</summary>
    public static string OrSkip()
    {
        if (Environment.GetEnvironmentVariable("DEEPSHARP_CIFAR10") is { Length: > 0 } named) return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "cifar10", "cifar-10-batches-bin");
            if (Directory.Exists(candidate)) return candidate;
        }

        Assert.Skip("CIFAR-10 is not here; set DEEPSHARP_CIFAR10 to the folder that holds data_batch_1.bin.");
        return "";
    }
}
