namespace DeepSharp.Docs.Tests;

/// <summary>Every C# program of the README and of the pages in docs compiles as shown, usings included, and runs.</summary>
public class DocumentedProgramTests
{
    [Fact]
    public void The_program_of_the_README_trains_on_CIFAR_10_and_saves_the_network()
    {
        using var folder = new TemporaryFolder();
        WriteCifar10(Directory.CreateDirectory(folder["data/cifar-10-batches-bin"]).FullName);
        // The program as shown, with 2 epochs of 256 images instead of 24 of 50,000.
        DocumentedProgram.Run(
            "README.md", folder.Path, ("epoch < 24", "epoch < 2"), ("data.Train.Batches(", "data.Train.Take(256).Batches("));
        using var model = VggModel.Load<float>(folder["vgg11-bn.safetensors"]);
        Assert.Equal(VggConfig.A.ToString(), model.Config.ToString());
    }

    [Fact]
    public void Custom_operations() => Assert.Contains("2.body.weight", Run("docs/custom-operations.md"), StringComparison.Ordinal);

    [Fact]
    public void Checking_gradients() => Run("docs/checking-gradients.md");

    [Fact]
    public void Transfer_learning()
    {
        using var folder = new TemporaryFolder();
        using (var trained = Small(classes: 10)) trained.Save(folder["trained.safetensors"]);
        string output = DocumentedProgram.Run("docs/transfer-learning.md", folder.Path);
        Assert.Contains("classifier.0.weight keeps its random values", output, StringComparison.Ordinal);
        Assert.Contains("[8, 48, 4, 4], [8, 48], [8, 12, 16, 16]", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights()
    {
        using var folder = new TemporaryFolder();
        using (var trained = Small(classes: 3)) trained.Save(folder["weights.pth"]);
        Assert.Contains("12,M,24,M,48,M", DocumentedProgram.Run("docs/weights.md", folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_page_that_shows_a_program_is_run_here() => Assert.Equal(
        ["README.md", "docs/checking-gradients.md", "docs/custom-operations.md", "docs/transfer-learning.md", "docs/weights.md"],
        DocumentedProgram.Pages());

    private static string Run(string page)
    {
        using var folder = new TemporaryFolder();
        return DocumentedProgram.Run(page, folder.Path);
    }

    private static VggModel<float> Small(int classes) => VggModel.Create<float>(
        VggConfig.Parse("12,M,24,M,48,M"), new VggOptions { BatchNorm = true, Classes = classes, Head = VggHead.Compact }, seed: 1);

    // Files of the right length: black images of class 0.
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
