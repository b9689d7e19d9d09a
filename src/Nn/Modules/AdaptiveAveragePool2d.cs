using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>
/// Average pooling to a given output size: output row i averages the input rows ⌊i·H/height⌋ to ⌈(i+1)·H/height⌉ − 1, and likewise for
/// columns.
/// </summary>
/// <param name="height">Height of the output.</param>
/// <param name="width">Width of the output.</param>
public sealed class AdaptiveAveragePool2d<T>(int height, int width) : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Kind => "AdaptiveAvgPool2d";

    /// <inheritdoc/>
    protected override string Settings => $"{height}×{width}";

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.AdaptiveAveragePool2d(height, width);

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) => [RequireImages(input)[0], input[1], height, width];

    /// <inheritdoc/>
    public override ReceptiveField Grow(ReceptiveField field, Shape input) => field.Window(
        Math.Max(
            Bounds(input[2], height).Max(window => window.End - window.First),
            Bounds(input[3], width).Max(window => window.End - window.First)),
        Math.Max(input[2] / height, input[3] / width));

    /// <inheritdoc/>
    public override void ExportOnnx(OnnxGraph graph, string key, Shape input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var (inputHeight, inputWidth) = (input[2], input[3]);
        if ((inputHeight, inputWidth) == (height, width)) return;
        if ((height, width) == (1, 1))
        {
            graph.Add("GlobalAveragePool", key, [graph.Last]);
        }
        else if (inputHeight % height == 0 && inputWidth % width == 0)
        {
            int[] window = [inputHeight / height, inputWidth / width];
            graph.Add(
                "AveragePool", key, [graph.Last],
                OnnxAttribute.Of("kernel_shape", [window[0], window[1]]), OnnxAttribute.Of("strides", [window[0], window[1]]));
        }
        else
        {
            // These windows may differ in length or overlap irregularly, which ONNX pooling cannot express. Multiply by matrices of window
            // weights from both sides instead.
            string right = graph.OwnConstant($"{key}.columns", Weights(inputWidth, width, transposed: true));
            string left = graph.OwnConstant($"{key}.rows", Weights(inputHeight, height, transposed: false));
            string columns = graph.Add("MatMul", $"{key}.averaged", [graph.Last, right]);
            graph.Add("MatMul", key, [left, columns]);
        }
    }

    // The input indices, First to End − 1, that each output averages along one axis.
    private static IEnumerable<(int First, int End)> Bounds(int inputs, int outputs) =>
        Enumerable.Range(0, outputs).Select(i => (i * inputs / outputs, (((i + 1) * inputs) + outputs - 1) / outputs));

    /// <summary>
    /// The weight of each input in each output along one axis: 1 / window length inside the window, 0 outside. The shape is
    /// [outputs, inputs], or [inputs, outputs] if transposed.
    /// </summary>
    private static Tensor<float> Weights(int inputs, int outputs, bool transposed)
    {
        float[] weights = new float[outputs * inputs];
        foreach (var (i, (first, end)) in Bounds(inputs, outputs).Index())
        {
            for (int j = first; j < end; j++) weights[transposed ? (j * outputs) + i : (i * inputs) + j] = 1f / (end - first);
        }

        return Tensor<float>.FromArray(weights, transposed ? [inputs, outputs] : [outputs, inputs]);
    }
}
