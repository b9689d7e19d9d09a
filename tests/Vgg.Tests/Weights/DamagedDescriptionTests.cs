namespace DeepSharp.Vgg.Tests.Weights;

public sealed class DamagedDescriptionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string FilePath => folder["model.safetensors"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_flipped_bit_and_every_truncation_of_a_file_with_a_description_is_detected()
    {
        var options = new VggOptions { Classes = 1, Head = VggHead.Compact, InputChannels = 1 };
        using (var model = VggModel.Create<float>(VggConfig.Parse("1"), options)) model.Save(FilePath);
        VggModel.Load<float>(FilePath, TestContexts.Default).Dispose();
        byte[] bytes = File.ReadAllBytes(FilePath);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(FilePath, flipped);
            Assert.Throws<InvalidDataException>(Recognize);
        }

        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(FilePath, bytes[..length]);
            Assert.Throws<InvalidDataException>(Recognize);
        }
    }

    // If the name of the hash is damaged, the hash is not found. So a file with DeepSharp's description must also have a hash.
    [Fact]
    public void A_file_with_a_description_but_without_its_hash_is_refused()
    {
        var options = new VggOptions { Classes = 1, Head = VggHead.Compact, InputChannels = 1 };
        using var model = VggModel.Create<float>(VggConfig.Parse("1"), options);
        model.Save(FilePath);
        byte[] bytes = File.ReadAllBytes(FilePath);
        int at = bytes.AsSpan().IndexOf("\"sha256\""u8);
        bytes[at + 1] = (byte)'S';
        File.WriteAllBytes(FilePath, bytes);
        using var file = WeightsFile.Open(FilePath);
        foreach (var error in new[]
        {
            Assert.Throws<InvalidDataException>(() => VggRecognition.Of(file)),
            Assert.Throws<InvalidDataException>(() => VggModel.Load<float>(FilePath, TestContexts.Default)),
        })
        {
            Assert.StartsWith($"{FilePath}: the file is damaged: ", error.Message, StringComparison.Ordinal);
            Assert.Contains("no metadata \"sha256\"", error.Message, StringComparison.Ordinal);
        }
    }

    private void Recognize()
    {
        using var file = WeightsFile.Open(FilePath);
        VggRecognition.Of(file);
    }
}
