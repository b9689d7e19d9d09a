using DeepSharp.Bench.Measuring;
using TorchSharp;
using static TorchSharp.torch;

namespace DeepSharp.Bench.Libtorch;

/// <summary>Prepares one pass of one convolution.</summary>
internal static class Convolutions
{
    private static readonly string[] Tables = ["conv-shapes.txt", "other-conv-shapes.txt"];

    /// <summary>For each layout, a function that prepares the pass and returns the work to time.</summary>
    /// <param name="name"><c>conv/SHAPE/PASS</c>, with a shape from the tables in <c>data</c>.</param>
    /// <param name="type">The element type.</param>
    public static IReadOnlyDictionary<string, Func<Action>> Variants(string name, ScalarType type) =>
        Layouts.All.ToDictionary(layout => layout, layout => (Func<Action>)(() => Prepare(name.Split('/'), type, layout)));

    private static Action Prepare(string[] name, ScalarType type, string layout)
    {
        var shape = Tables.SelectMany(ShapeTable.Convolutions).First(row => row.Name == name[1]).Shape;
        var window = shape.Window;
        string pass = name[2];
        var x = randn([shape.N, shape.C, shape.H, shape.W], dtype: type).In(layout);
        var weights = randn([shape.K, shape.C, window.Height, window.Width], dtype: type).In(layout);
        long[] strides = [window.StrideHeight, window.StrideWidth], padding = [window.PaddingHeight, window.PaddingWidth];
        if (pass == "forward")
        {
            return () =>
            {
                using (inference_mode()) Convolve().Dispose();
            };
        }

        // Only the gradient of one operand is timed. The forward pass is computed once, before the timing.
        var operand = (pass == "input-gradient" ? x : weights).requires_grad_(true);
        var y = Convolve();
        var dy = randn(y.shape, dtype: type).In(layout);
        return () =>
        {
            foreach (var gradient in autograd.grad([y], [operand], [dy], retain_graph: true)) gradient.Dispose();
        };

        Tensor Convolve() => nn.functional.conv2d(x, weights, null, strides, padding, [1, 1], 1);
    }
}
