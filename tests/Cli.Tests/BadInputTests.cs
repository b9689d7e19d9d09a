using System.Text;

namespace DeepSharp.Cli.Tests;

/// <summary>Every error prints one line that names the expected and the found value, exits with code 1 or 2, and leaves no file.</summary>
public class BadInputTests
{
    private const string Tiny = "train --config 8,M --limit-train 32 --limit-test 10 --epochs 1 --out out";

    [Theory]
    [InlineData("", "Expected train, evaluate, predict, inspect, convert, summary or info, found no command. See deepsharp --help.")]
    [InlineData("learn", "Expected train, evaluate, predict, inspect, convert, summary or info, found \"learn\".")]
    [InlineData("train --rate 1", "train does not take \"--rate\". See deepsharp train --help.")]
    [InlineData("train --epochs", "'--epochs'")]
    [InlineData("train --out out --epochs 0", "--epochs must be a whole number of at least 1, found \"0\".")]
    [InlineData("train --out out --epochs 1.5", "--epochs must be a whole number of at least 1, found \"1.5\".")]
    [InlineData("train --out out --batch-size -4", "--batch-size must be a whole number of at least 1, found \"-4\".")]
    [InlineData("train --out out --lr -0.1", "--lr must be a finite number of at least 0, found \"-0.1\".")]
    [InlineData("train --out out --lr fast", "--lr must be a finite number of at least 0, found \"fast\".")]
    [InlineData("train --out out --momentum NaN", "--momentum must be a number from 0 to below 1, found \"NaN\".")]
    [InlineData("train --out out --threads 0", "--threads must be a whole number from 1 to ")]
    [InlineData("train --out out --threads 100000", "(four per logical processor), found \"100000\".")]
    [InlineData("train --out out --momentum 1.5", "--momentum must be a number from 0 to below 1, found \"1.5\".")]
    [InlineData("train --out out --model vgg12", "There is no model \"vgg12\"; expected one of vgg-small, vgg11, ")]
    [InlineData("train --out out --model vgg11 --config 64", "Expected --model or --config, found both.")]
    [InlineData("train --out out --model vgg11 --batch-norm", "--batch-norm requires --config")]
    [InlineData("train --out out --config 64,N,128", "token 2 (\"N\", at character 4) is not understood")]
    [InlineData("train --out out --config 8,M,M,M,M,M,M", "does not fit into 1×1 pixels")]
    [InlineData(
        "train --out out --head big",
        "There is no head \"big\"; expected imagenet, cifar, small, compact, or the widths of the hidden layers as in 4096,4096.")]
    [InlineData("train --out out --head small --dropout 1", "The dropout of the head must be at least 0 and less than 1, found 1.")]
    [InlineData("train --out out --head small --pool 0", "--pool must be a whole number of at least 1, found \"0\".")]
    [InlineData(
        "train --out out --model vgg11-lrn --lrn 5,1",
        "expected paper, pytorch, or size, alpha, beta and k as in 5,5e-4,0.75,2; found \"5,1\".")]
    [InlineData("train --out out --init he", "There is no initialization \"he\"; expected kaiming, paper, uniform.")]
    [InlineData("train --out out --data mnist", "There is no data set \"mnist\"; expected shapes or cifar10.")]
    [InlineData("train --out out --data-dir nowhere", "--data-dir and --download require --data cifar10")]
    [InlineData("evaluate --weights nowhere --download", "--data-dir and --download require --data cifar10")]
    [InlineData("train --out out --augment rotate", "--augment must be none or crop-flip, found \"rotate\".")]
    [InlineData("train --out out --conv-algorithm fft", "Unknown convolution algorithm \"fft\"; expected one of: ")]
    [InlineData("train --out out --limit-train 1000000", "1000000 images were requested, expected 1 to 10000")]
    [InlineData("evaluate", "'--weights' is required")]
    [InlineData("summary --input 2,3,224", "--input must be 4 whole numbers of at least 1 as in 2,3,224,224, found \"2,3,224\".")]
    [InlineData("summary --model vgg16 --input 2,3,16,16", "does not fit into 1×1 pixels")]
    public void Wrong_usage_exits_with_code_2(string commandLine, string expected) => Refused(commandLine, 2, expected);

    [Theory]
    [InlineData("train --out out --data cifar10 --data-dir nowhere", "the folder nowhere does not exist")]
    [InlineData("train --resume nowhere", "found no file nowhere/checkpoint.safetensors")]
    [InlineData("train --out out --init-from nowhere", "expected a weights file or a training folder, found no file nowhere.")]
    [InlineData("evaluate --weights nowhere", "found no file nowhere")]
    public void Missing_files_exit_with_code_1(string commandLine, string expected) => Refused(commandLine, 1, expected);

    [Fact]
    public void Damaged_images_are_refused()
    {
        using TemporaryFolder folder = new();
        string train = $"train --out out --data cifar10 --data-dir {BlackCifar10.Make(folder)}", path = folder["cifar/data_batch_1.bin"];
        using (var file = File.OpenWrite(path))
        {
            file.Position = 3073 * 7;
            file.WriteByte(200);
        }

        Refused(folder, train, 1, "record 7 of cifar/data_batch_1.bin has label 200, expected 0 to 9");
        using (var file = File.OpenWrite(path)) file.SetLength(1000);
        Refused(folder, train, 1, "must have 30730000 bytes (10000 records of 3073), found 1000");
        File.Delete(path);
        Refused(folder, train, 1, "data_batch_1.bin is missing");
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void Damaged_weights_are_refused()
    {
        using TemporaryFolder folder = new();
        DeepSharpProcess.Succeed(folder, Tiny);
        string path = folder["out/checkpoint.safetensors"];
        byte[] good = File.ReadAllBytes(path), flipped = [.. good];
        flipped[^1] ^= 1;
        (byte[] Bytes, string Expected)[] cases =
        [
            (good[..^100], "truncated"), (flipped, "the file is damaged"), ([], "found 0 bytes"),
            (Encoding.UTF8.GetBytes(new string('x', 100)), "not a safetensors file"),
        ];
        foreach (var (bytes, expected) in cases)
        {
            File.WriteAllBytes(path, bytes);
            Refused(folder, "evaluate --weights out", 1, expected);
            Refused(folder, "train --resume out", 1, expected);
            Assert.Equal(bytes, File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void Images_with_other_classes_than_the_model_are_refused()
    {
        using TemporaryFolder folder = new();
        DeepSharpProcess.Succeed(folder, Tiny);
        string evaluate = $"evaluate --weights out --data cifar10 --data-dir {BlackCifar10.Make(folder)}";
        Refused(folder, evaluate, 1, "the images have airplane, automobile, ");
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_refused()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["file"], "");
        string below = Tiny.Replace("--out out", "--out file/out", StringComparison.Ordinal);
        Refused(folder, below, 1, "The checkpoint cannot be written to file/out: ");
        string same = Tiny.Replace("--out out", "--out file", StringComparison.Ordinal);
        Refused(folder, same, 1, "The checkpoint cannot be written to file: ");
    }

    [Fact]
    public void A_folder_in_place_of_the_checkpoint_is_refused()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["out/checkpoint.safetensors"]);
        Refused(folder, Tiny, 1, "The checkpoint cannot be written to out: ");
        Assert.Empty(Directory.GetFiles(folder["out"]));
    }

    [Fact]
    public void A_diverged_training_run_fails_and_leaves_a_usable_checkpoint()
    {
        using TemporaryFolder folder = new();
        var result = DeepSharpProcess.Run(folder, $"{Tiny} --batch-size 8 --lr 1e30");
        Assert.Equal(1, result.ExitCode);
        Assert.Matches(
            "^deepsharp: The training diverged: the loss is (NaN|-?Infinity) at epoch 1, step [234] of 4\\. "
                + "Try a learning rate below 1E\\+30\\.",
            Assert.Single(result.ErrorLines));
        DeepSharpProcess.Succeed(folder, "evaluate --weights out --limit-test 10");
    }

    private static void Refused(string commandLine, int exitCode, string expected)
    {
        using TemporaryFolder folder = new();
        Refused(folder, commandLine, exitCode, expected);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static void Refused(TemporaryFolder folder, string commandLine, int exitCode, string expected)
    {
        var result = DeepSharpProcess.Run(folder, commandLine);
        Assert.Equal(exitCode, result.ExitCode);
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("deepsharp: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }
}
