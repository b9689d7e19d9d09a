namespace DeepSharp.Cli.Tests;

/// <summary>Six sparse files in CIFAR-10's format, which take no disk space. All images are black and of class 0.</summary>
internal static class BlackCifar10
{
    private const int Records = 10_000, RecordBytes = 3073;

    /// <summary>Creates the folder <c>cifar</c>.</summary>
    /// <returns>The name of the folder.</returns>
    public static string Make(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder["cifar"]);
        foreach (string name in (string[])["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"])
        {
            using var file = File.Create(folder[$"cifar/{name}.bin"]);
            file.SetLength(Records * RecordBytes);
        }

        return "cifar";
    }
}
