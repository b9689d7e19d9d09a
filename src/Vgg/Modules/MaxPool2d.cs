using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Describes a <see cref="MaxPool2d{T}"/>.</summary>
/// <param name="Key">Its path in the model.</param>
/// <param name="Window">Height and width of the window.</param>
/// <param name="Stride">Pixels between neighbouring windows.</param>
public sealed record MaxPool2dPlan(string Key, int Window, int Stride) : LayerPlan(Key)
{
    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        RequireImages(input);
        return Slide(input, input[1], Window, Stride, padding: 0);
    }

    /// <inheritdoc/>
    public override ReceptiveField Grow(ReceptiveField field, Shape input) => field.Window(Window, Stride);

    /// <inheritdoc/>
    public override Module<T> Build<T>(LayerSource source) => new MaxPool2d<T>(Window, Stride);
}

/// <summary>The largest pixel of each window of each channel.</summary>
/// <param name="window">Height and width of the window.</param>
/// <param name="stride">Pixels between neighbouring windows; null: as many as the window has.</param>
/// <param name="padding">Rows and columns around the image that never win.</param>
public sealed class MaxPool2d<T>(int window, int? stride = null, int padding = 0) : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Height and width of the window.</summary>
    public int Window => window;

    /// <summary>Pixels between neighbouring windows.</summary>
    public int Stride => stride ?? window;

    /// <summary>Rows and columns around the image that never win.</summary>
    public int Padding => padding;

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.MaxPool2d(Window, Stride, Padding);
}
