namespace DeepSharp.Docs.Tests;

/// <summary>Every C# program of the README and of the pages in docs compiles as shown, usings included, and runs.</summary>
public class DocumentedProgramTests
{
    [Fact]
    public void The_program_of_the_README_trains_on_CIFAR_10_and_saves_the_network()
    {
        using var folder = new TemporaryFolder();
        WriteCifar10(Directory.CreateDirectory(folder["data/cifar-10-batches-bin"]).FullName);
        // The program as shown, but with 2 epochs of 256 images instead of 24 epochs of 50,000.
        DocumentedProgram.Run(
            "README.md", folder.Path, ("epoch < 24", "epoch < 2"), ("data.Train.Batches(", "data.Train.Take(256).Batches("));
        using var model = VggModel.Load<float>(folder["vgg11-bn.safetensors"]);
        Assert.Equal(VggConfig.A.ToString(), model.Config.ToString());
    }

    [Fact]
    public void The_program_of_the_data_sets_prints_the_shape_of_a_batch()
    {
        using var folder = new TemporaryFolder();
        WriteCifar10(Directory.CreateDirectory(folder["data/cifar-10-batches-bin"]).FullName);
        // The folder has all files, so nothing is downloaded.
        string output = DocumentedProgram.Run("data/README.md", folder.Path, ("trainCount: 10_000", "trainCount: 100"));
        Assert.Equal("[2, 3, 32, 32]\n", output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void The_program_of_custom_operations_prints_its_parameters() =>
        Assert.Contains("2.body.weight", Run("docs/custom-operations.md"), StringComparison.Ordinal);

    [Fact]
    public void The_program_of_checking_gradients_checks_18_elements() =>
        Assert.Contains("18 elements", Run("docs/checking-gradients.md"), StringComparison.Ordinal);

    [Fact]
    public void The_program_of_transfer_learning_loads_trained_weights()
    {
        using var folder = new TemporaryFolder();
        using (var trained = Create("12,M,24,M,48,M", classes: 10, batchNorm: true)) trained.Save(folder["trained.safetensors"]);
        string output = DocumentedProgram.Run("docs/transfer-learning.md", folder.Path);
        Assert.Contains("classifier.0.weight keeps its random values", output, StringComparison.Ordinal);
        Assert.Contains("[8, 48, 4, 4], [8, 48], [8, 12, 16, 16]", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_of_weights_recognizes_the_configuration()
    {
        using var folder = new TemporaryFolder();
        // The network does not end with pooling. The program passes its configuration, because by default a final pooling would be assumed.
        using (var trained = Create("4,M,8,8", classes: 3, batchNorm: false)) SaveState(trained, folder["weights.pth"]);
        Assert.Equal("4,M,8,8\n", DocumentedProgram.Run("docs/weights.md", folder.Path).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Every_page_that_shows_a_program_is_run_here() => Assert.Equal(
        [
            "README.md", "data/README.md", "docs/checking-gradients.md", "docs/custom-operations.md", "docs/transfer-learning.md",
            "docs/weights.md",
        ],
        DocumentedProgram.Pages());

    private static string Run(string page)
    {
        using var folder = new TemporaryFolder();
        return DocumentedProgram.Run(page, folder.Path);
    }

    private static VggModel<float> Create(string config, int classes, bool batchNorm) => VggModel.Create<float>(
        VggConfig.Parse(config), new VggOptions { BatchNorm = batchNorm, Classes = classes, Head = VggHead.Compact }, seed: 1);

    // Saves only the tensors, without metadata, to simulate a file of another program.
    private static void SaveState(VggModel<float> model, string path)
    {
        var writer = WeightsWriter.For(path);
        model.State().AddTo(writer);
        writer.Save(path);
    }

    // Writes files of the right length that contain only zeros: black images of class 0.
    private static void WriteCifar10(string folder)
    {
        string[] train = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")];
        foreach (string name in (string[])[.. train, "test_batch.bin"])
        {
            using var file = File.Create(Path.Combine(folder, name));
            file.SetLength(10_000 * 3073);
        }
    }
}
