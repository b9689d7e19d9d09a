using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace DeepSharp.Vgg.Tests.Onnx;

/// <summary>Compares ONNX Runtime's scores of exported models with ours.</summary>
/// <remarks>Runs where Node.js is and <c>npm ci</c> in tests/Onnx has installed onnxruntime-node, as .ci/run does, which then sets DEEPSHARP_REQUIRE_ONNX=1 so that nothing is skipped.</remarks>
public class OnnxRuntimeTests
{
    // Winograd and direct sums of rectified inputs differ by about 1e-6 of the largest score a layer; the issue is a wrong constant or order, not rounding.
    private const double RelativeBound = 1e-4;

    // Two batch sizes in one session each: the number of images is not fixed.
    private static readonly int[] Batches = [3, 1];

    [Fact]
    public void Every_model_gives_the_same_scores_in_ONNX_Runtime()
    {
        string script = Path.Combine(Repository.Root, "tests", "Onnx", "run.mjs");
        if (!Directory.Exists(Path.Combine(Path.GetDirectoryName(script)!, "node_modules", "onnxruntime-node")))
        {
            const string Missing = "onnxruntime-node is not installed: npm ci in tests/Onnx (needs Node.js).";
            Assert.False(Environment.GetEnvironmentVariable("DEEPSHARP_REQUIRE_ONNX") == "1", Missing);
            Assert.Skip(Missing);
        }

        using var temporary = new TemporaryFolder();
        // tests/Fixtures/check_onnx.py reads the files that are kept.
        string folder = Environment.GetEnvironmentVariable("DEEPSHARP_ONNX_DIR") ?? temporary.Path;
        List<(string Name, int N, int Classes, float[] Expected, string Output)> expected = [];
        List<object> requests = [];
        foreach (var onnxCase in OnnxCase.All())
        {
            using var model = onnxCase.Create<float>();
            string file = Path.Combine(folder, $"{onnxCase.Name}.onnx");
            OnnxExport.Write(model, file, onnxCase.Export);
            string[] lengths = OnnxContent.Read(file).Values["images"].Split(',');
            foreach (int n in Batches)
            {
                Shape shape = [n, .. lengths[1..].Select(int.Parse)];
                string name = $"{onnxCase.Name}-{n}", input = temporary[$"{name}.input"], output = temporary[$"{name}.output"];
                using var images = Tensor<float>.RandomNormal(shape, new RandomStream(3, "images"), context: TestContexts.Default);
                File.WriteAllBytes(input, MemoryMarshal.AsBytes<float>(images.ToArray()).ToArray());
                using var tape = new Tape<float>(Mode.Evaluation);
                expected.Add((name, n, onnxCase.Options.Classes, model.Forward(tape.Input(images)).Value.ToArray(), output));
                requests.Add(new { model = file, input, shape = shape.ToArray(), output });
            }
        }

        File.WriteAllText(temporary["requests.json"], JsonSerializer.Serialize(requests));
        RunNode(script, temporary["requests.json"]);
        foreach (var (name, n, classes, ours, output) in expected)
        {
            float[] theirs = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(output)).ToArray();
            Assert.Equal(ours.Length, theirs.Length);
            double largest = ours.Max(Math.Abs), error = ours.Zip(theirs, (left, right) => Math.Abs(left - right)).Max();
            Assert.True(error <= RelativeBound * largest, $"{name}: the scores differ by {error}, the largest is {largest}.");
            // Scores that hardly depend on the image would agree whatever the layers did.
            double spread = ours.Take(classes).Zip(ours.TakeLast(classes), (left, right) => Math.Abs(left - right)).Max();
            Assert.True(n == 1 || spread > 100 * RelativeBound * largest, $"{name}: the scores of two images differ by {spread} only, the largest is {largest}.");
        }
    }

    private static void RunNode(string script, string requests)
    {
        var start = new ProcessStartInfo("node", [script, requests]) { RedirectStandardError = true };
        using var node = Process.Start(start)!;
        string error = node.StandardError.ReadToEnd();
        node.WaitForExit();
        Assert.True(node.ExitCode == 0, error);
    }
}
