using System.CommandLine;
using DeepSharp.Bench.Measuring;
using Microsoft.ML.OnnxRuntime;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench onnxruntime MODEL</c>: ONNX Runtime as a worker process of <c>bench compare</c>; see <see cref="Serving"/>.</summary>
internal static class OnnxRuntimeCommand
{
    public static Command Create()
    {
        var model = new Argument<string?>("model")
        {
            Description = "The ONNX file; if omitted, the version is printed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<int> batch = Common.Number("--batch", 1, "Number of images."), size = Common.Number("--size", 32, "Image height and width.");
        var command = new Command("onnxruntime", "Times a round of ONNX Runtime for each line of standard input.")
        {
            model, batch, size, Common.WarmUp, Common.Threads,
        };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(model) is not { } path)
            {
                Console.WriteLine(OrtEnv.Instance().GetVersionString());
                return;
            }

            int n = parsed.GetValue(batch), side = parsed.GetValue(size);
            using var options = new SessionOptions
            {
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
                ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
                IntraOpNumThreads = parsed.GetValue(Common.Threads),
                InterOpNumThreads = 1,
            };
            using var session = new InferenceSession(path, options);
            var random = new Random(1);
            float[] pixels = [.. Enumerable.Range(0, n * 3 * side * side).Select(_ => (float)((2 * random.NextDouble()) - 1))];
            using var images = OrtValue.CreateTensorValueFromMemory(pixels, [n, 3, side, side]);
            using var run = new RunOptions();
            string[] outputs = [.. session.OutputNames];
            Serving.Run(
                () => session.Run(run, ["images"], [images], outputs).Dispose(),
                "all graph optimizations",
                parsed.GetValue(Common.WarmUp));
        });
        return command;
    }
}
