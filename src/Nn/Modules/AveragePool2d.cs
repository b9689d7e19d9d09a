using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>The mean of each window of each channel; padding counts as zeros, as in PyTorch by default.</summary>
/// <param name="window">The height and width of the window.</param>
/// <param name="stride">The distance between neighboring windows in pixels; null for the size of the window.</param>
/// <param name="padding">The number of rows or columns of zeros on each side of the image, at most half the window.</param>
public sealed class AveragePool2d<T>(int window, int? stride = null, int padding = 0) : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Window, stride and padding.</summary>
    public Window2d Window { get; } = Window2d.Square(window, stride ?? window, padding);

    /// <inheritdoc/>
    public override string Kind => "AvgPool2d";

    /// <inheritdoc/>
    protected override string Settings => $"{Window}";

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.AveragePool2d(Window);

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) => Window.OutputShape(RequireImages(input), Kind);

    /// <inheritdoc/>
    public override ReceptiveField Grow(ReceptiveField field, Shape input) => field.Window(Window.Height, Window.StrideHeight);

    /// <inheritdoc/>
    public override void ExportOnnx(OnnxGraph graph, string key, Shape input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        graph.Add("AveragePool", key, [graph.Last], [.. MaxPool2d<T>.Attributes(Window), OnnxAttribute.Of("count_include_pad", 1)]);
    }
}
