using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>The maximum of each window of each channel.</summary>
/// <param name="window">The height and width of the window.</param>
/// <param name="stride">The distance between neighboring windows in pixels; null for the size of the window.</param>
/// <param name="padding">
/// The number of rows or columns of padding on each side of the image, at most half the window. Padding is never the maximum.
/// </param>
public sealed class MaxPool2d<T>(int window, int? stride = null, int padding = 0) : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Window, stride and padding.</summary>
    public Window2d Window { get; } = Window2d.Square(window, stride ?? window, padding);

    /// <inheritdoc/>
    protected override string Settings => $"{Window}";

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.MaxPool2d(Window);

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) => Window.OutputShape(RequireImages(input), Kind);

    /// <inheritdoc/>
    public override ReceptiveField Grow(ReceptiveField field, Shape input) => field.Window(Window.Height, Window.StrideHeight);

    /// <inheritdoc/>
    public override void ExportOnnx(OnnxGraph graph, string key, Shape input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        graph.Add("MaxPool", key, [graph.Last], Attributes(Window));
    }

    /// <summary>A window as attributes of an ONNX node.</summary>
    internal static OnnxAttribute[] Attributes(Window2d window) =>
    [
        OnnxAttribute.Of("kernel_shape", [window.Height, window.Width]),
        OnnxAttribute.Of("strides", [window.StrideHeight, window.StrideWidth]),
        OnnxAttribute.Of("pads", [window.PaddingHeight, window.PaddingWidth, window.PaddingHeight, window.PaddingWidth]),
    ];
}
