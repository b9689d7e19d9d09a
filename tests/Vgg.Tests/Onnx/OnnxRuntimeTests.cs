using Microsoft.ML.OnnxRuntime;

namespace DeepSharp.Vgg.Tests.Onnx;

/// <summary>Compares the scores that ONNX Runtime computes from exported models with ours.</summary>
public class OnnxRuntimeTests
{
    // Winograd and direct convolutions round differently: by about 1e-6 of the largest score per layer. The bound allows for that, but
    // detects a wrong constant or a wrong order of elements.
    private const double RelativeBound = 1e-4;

    // Two batch sizes: the number of images is not fixed.
    private static readonly int[] Batches = [3, 1];

    [Fact]
    public void Every_model_gives_the_same_scores_in_ONNX_Runtime()
    {
        using var temporary = new TemporaryFolder();
        // Files in the folder DEEPSHARP_ONNX_DIR are kept, so that tests/Fixtures/check_onnx.py can check them.
        string folder = Environment.GetEnvironmentVariable("DEEPSHARP_ONNX_DIR") ?? temporary.Path;
        using var options = new SessionOptions { IntraOpNumThreads = 2, InterOpNumThreads = 1 };
        foreach (var onnxCase in OnnxCase.All())
        {
            using var model = onnxCase.Create<float>();
            string file = Path.Combine(folder, $"{onnxCase.Name}.onnx");
            OnnxExport.Write(model, file, onnxCase.Export);
            string[] lengths = OnnxContent.Read(file).Values["images"].Split(',');
            using var session = new InferenceSession(file, options);
            foreach (int n in Batches)
            {
                Shape shape = [n, .. lengths[1..].Select(int.Parse)];
                using var images = Tensor<float>.RandomNormal(shape, new RandomStream(3, "images"), context: TestContexts.Default);
                using var tape = new Tape<float>(Mode.Evaluation);
                float[] ours = model.Forward(tape.Input(images)).Value.ToArray(), theirs = Scores(session, images);
                Compare($"{onnxCase.Name}, batch {n}", ours, theirs, onnxCase.Options.Classes);
            }
        }
    }

    private static float[] Scores(InferenceSession session, Tensor<float> images)
    {
        long[] shape = [.. images.Shape.Select(length => (long)length)];
        using var input = OrtValue.CreateTensorValueFromMemory(images.ToArray(), shape);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["images"], [input], ["logits"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static void Compare(string name, float[] ours, float[] theirs, int classes)
    {
        Assert.Equal(ours.Length, theirs.Length);
        double max = ours.Max(Math.Abs), error = ours.Zip(theirs, (left, right) => Math.Abs(left - right)).Max();
        Assert.True(error <= RelativeBound * max, $"{name}: the scores differ by {error}, the largest is {max}.");
        // Scores that hardly depend on the image would agree even if the layers were wrong.
        double spread = ours.Take(classes).Zip(ours.TakeLast(classes), (left, right) => Math.Abs(left - right)).Max();
        Assert.True(
            ours.Length == classes || spread > 100 * RelativeBound * max,
            $"{name}: the scores of two images differ only by {spread}, the largest is {max}.");
    }
}
