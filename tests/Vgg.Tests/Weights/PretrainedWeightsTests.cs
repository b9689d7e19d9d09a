using System.Security.Cryptography;

namespace DeepSharp.Vgg.Tests.Weights;

public sealed class PretrainedWeightsTests : IDisposable
{
    private readonly byte[] content = [.. Enumerable.Range(0, 50_000).Select(i => (byte)(i * 5 / 3))];
    private readonly LoopbackServer server;
    private readonly TemporaryFolder folder = new();

    public PretrainedWeightsTests() => server = new LoopbackServer(content);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void All_eight_networks_of_torchvision_are_listed()
    {
        Assert.Equal(8, PretrainedWeights.All.Count);
        foreach (var weights in PretrainedWeights.All)
        {
            var (config, batchNorm) = VggNames.Find(weights.Name);
            Assert.Equal(weights.Name, VggNames.Of(config, batchNorm));
            Assert.Matches($"^{weights.Name.Replace('-', '_')}-[0-9a-f]{{8}}\\.pth$", weights.FileName);
            Assert.Same(weights, PretrainedWeights.Find(weights.Name));
        }

        Assert.Null(PretrainedWeights.Find("vgg12"));
        Assert.Equal("https://download.pytorch.org/models/vgg16_bn-6c64b313.pth", $"{PretrainedWeights.Find("vgg16-bn")!.Address}");
    }

    [Fact]
    public async Task Weights_are_downloaded_once_and_checked_against_the_hash_in_the_name()
    {
        var weights = Small(Hash());
        string path = await weights.DownloadAsync(folder["cache/weights"], cancellationToken: Cancellation);
        Assert.Equal(folder[$"cache/weights/small-{Hash()}.pth"], path);
        Assert.Equal(content, await File.ReadAllBytesAsync(path, Cancellation));
        await weights.DownloadAsync(folder["cache/weights"], cancellationToken: Cancellation);
        Assert.Single(server.RequestedFrom);
    }

    // Files of half a gigabyte are hashed after the download, not at every use.
    [Fact]
    public async Task An_existing_file_is_used_unchecked()
    {
        var weights = Small(Hash());
        await File.WriteAllBytesAsync(folder[weights.FileName], [1, 2], Cancellation);
        Assert.Equal(folder[weights.FileName], await weights.DownloadAsync(folder.Path, cancellationToken: Cancellation));
        Assert.Equal([1, 2], await File.ReadAllBytesAsync(folder[weights.FileName], Cancellation));
        Assert.Empty(server.RequestedFrom);
    }

    [Fact]
    public async Task A_write_error_is_not_reported_as_a_network_error()
    {
        var weights = Small(Hash());
        Directory.CreateDirectory(folder[weights.FileName + ".part"]);
        var error = await Assert.ThrowsAnyAsync<IOException>(() => weights.DownloadAsync(folder.Path, cancellationToken: Cancellation));
        Assert.Contains($"{folder[weights.FileName]}.part cannot be written: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Without the network", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_error_names_the_folder_that_cannot_be_created()
    {
        await File.WriteAllBytesAsync(folder["file"], [1], Cancellation);
        var weights = Small(Hash());
        string cache = folder["file/cache"];
        var error = await Assert.ThrowsAnyAsync<IOException>(() => weights.DownloadAsync(cache, cancellationToken: Cancellation));
        Assert.StartsWith($"Download of {weights.Address}: {cache} cannot be written: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Without the network", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_download_resumes()
    {
        var weights = Small(Hash());
        server.BreaksAfter = 10_000;
        await Assert.ThrowsAsync<IOException>(() => weights.DownloadAsync(folder.Path, cancellationToken: Cancellation));
        server.BreaksAfter = int.MaxValue;
        string path = await weights.DownloadAsync(folder.Path, cancellationToken: Cancellation);
        Assert.Equal(content, await File.ReadAllBytesAsync(path, Cancellation));
        Assert.Equal([0, 10_000], server.RequestedFrom);
    }

    [Fact]
    public async Task A_file_with_a_wrong_hash_is_removed()
    {
        var error = await Assert.ThrowsAsync<InvalidDataException>(
            () => Small("00000000").DownloadAsync(folder.Path, cancellationToken: Cancellation));
        Assert.Contains("expected SHA256 00000000", error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public async Task Without_a_network_the_error_names_the_file_and_its_folder()
    {
        server.Dispose();
        var error = await Assert.ThrowsAsync<IOException>(
            () => Small("00000000").DownloadAsync(folder.Path, cancellationToken: Cancellation));
        Assert.EndsWith(
            $" Without the network, put the file small-00000000.pth into the folder {folder.Path}.",
            error.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Files_of_torchvision_are_recognized_by_name()
    {
        Assert.Same(ImagePreprocessing.ImageNet, PreprocessingOf("vgg16-397923af.pth"));
        Assert.Null(PreprocessingOf("vgg16.pth"));

        ImagePreprocessing? PreprocessingOf(string name)
        {
            var writer = new PthWriter();
            writer.Add("any", 1);
            writer.Save(folder[name]);
            using var file = WeightsFile.Open(folder[name]);
            return PretrainedWeights.PreprocessingOf(file);
        }
    }

    private PretrainedWeights Small(string hash) => new("small", $"small-{hash}.pth") { Server = new Uri(server.Address, "/") };

    private string Hash() => Convert.ToHexStringLower(SHA256.HashData(content))[..8];
}
