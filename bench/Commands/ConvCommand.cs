using System.CommandLine;
using System.Text.Json.Nodes;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench conv</c>: one pass of one convolution.</summary>
internal static class ConvCommand
{
    public static Command Create()
    {
        Option<int> n = Common.Number("--n", 64, "Number of images."), h = Common.Number("--h", 32, "Input height.");
        Option<int> c = Common.Number("--c", 64, "Input channels."), k = Common.Number("--k", 64, "Output channels.");
        Option<int> kernel = Common.Number("--kernel", 3, "Kernel height and width."), stride = Common.Number("--stride", 1, "Stride.");
        var w = new Option<int?>("--w") { Description = "Input width; by default, the height." };
        var padding = new Option<int?>("--padding") { Description = "Padding; by default, half the kernel size, rounded down." };
        var pass = new Option<string>("--pass")
        {
            Description = "The pass to time.",
            DefaultValueFactory = _ => "forward",
        };
        pass.AcceptOnlyFromAmong([.. NamedWork.Passes.Keys]);
        var stages = new Option<bool>("--stages") { Description = "Print the time of each stage and its lower bound to standard error." };
        var command = new Command("conv", "Times one pass of a convolution and measures its error.")
        {
            n, c, k, h, w, kernel, stride, padding, pass, stages, Common.Algorithm, Common.Threads, Common.Json,
        };
        command.SetAction(parsed =>
        {
            int height = parsed.GetValue(h), size = parsed.GetValue(kernel);
            var shape = ConvolutionShape.Of(
                [parsed.GetValue(n), parsed.GetValue(c), height, parsed.GetValue(w) ?? height],
                [parsed.GetValue(k), parsed.GetValue(c), size, size],
                Window2d.Square(size, parsed.GetValue(stride), parsed.GetValue(padding) ?? size / 2));
            using var context = Common.Context(parsed, parsed.GetValue(Common.Algorithm));
            if (parsed.GetValue(stages)) Console.Error.Write(StageTable.Of(context, shape, NamedWork.Passes[parsed.GetValue(pass)!]));
            Common.Print(parsed, context, Measure(context, shape, NamedWork.Passes[parsed.GetValue(pass)!]));
        });
        return command;
    }

    private static JsonObject Measure(ComputeContext context, ConvolutionShape shape, ConvolutionPass pass)
    {
        using var work = new ConvolutionWork<float>(context, shape);
        var timing = Timing.Of(() => work.Run(pass).Dispose());
        return new JsonObject
        {
            ["input"] = shape.Input.ToString(),
            ["weights"] = shape.Weights.ToString(),
            ["pass"] = pass.ToString(),
            ["threads"] = context.Workers.Count,
            ["algorithm"] = ConvolutionAlgorithms.Choose<float>(shape, pass, context.VectorWidth, context.ConvolutionAlgorithm).Name,
            ["median_ms"] = Math.Round(timing.MedianMs, 4),
            ["gflops"] = Math.Round(2.0 * shape.Multiplications / timing.MedianMs / 1e6, 1),
            ["relative_error"] = RelativeError(context.Options, shape, pass),
        };
    }

    /// <summary>
    /// The relative error in the L2 norm, compared with the direct algorithm in double. The weight gradient sums over the batch, so all
    /// images are used. In the other passes, each result depends on one image, so at most four images are used. For these, the library may
    /// choose another algorithm than the one that was timed.
    /// </summary>
    private static double RelativeError(ComputeOptions options, ConvolutionShape shape, ConvolutionPass pass)
    {
        int n = pass == ConvolutionPass.WeightGradient ? shape.N : Math.Min(shape.N, 4);
        var part = ConvolutionShape.Of(shape.Input.With(0, n), shape.Weights, shape.Window);
        using var singleContext = new ComputeContext(options);
        using var doubleContext = new ComputeContext(new ComputeOptions { ConvolutionAlgorithm = "direct" });
        using var single = new ConvolutionWork<float>(singleContext, part);
        using var reference = new ConvolutionWork<double>(doubleContext, part);
        using var actual = single.Run(pass);
        using var expected = reference.Run(pass);
        double error = 0, norm = 0;
        for (int i = 0; i < actual.ElementCount; i++)
        {
            double exact = expected.Read()[i], difference = actual.Read()[i] - exact;
            error += difference * difference;
            norm += exact * exact;
        }

        return Math.Sqrt(error / norm);
    }
}
