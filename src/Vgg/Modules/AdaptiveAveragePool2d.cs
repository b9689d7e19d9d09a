using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Describes an <see cref="AdaptiveAveragePool2d{T}"/> to a square map.</summary>
/// <param name="Key">Its path in the model.</param>
/// <param name="Size">Height and width of the output.</param>
public sealed record AdaptiveAveragePool2dPlan(string Key, int Size) : LayerPlan(Key)
{
    /// <inheritdoc/>
    public override string Kind => "AdaptiveAvgPool2d";

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        RequireImages(input);
        return [input[0], input[1], Size, Size];
    }

    /// <inheritdoc/>
    // Output i averages the input rows from ⌊i·H/S⌋ to ⌈(i+1)·H/S⌉.
    public override ReceptiveField Grow(ReceptiveField field, Shape input)
    {
        int side = Math.Max(input[2], input[3]), window = 1;
        for (int i = 0; i < Size; i++) window = Math.Max(window, ((((i + 1) * side) + Size - 1) / Size) - (i * side / Size));
        return field.Window(window, side / Size);
    }

    /// <inheritdoc/>
    public override Module<T> Build<T>(LayerSource source) => new AdaptiveAveragePool2d<T>(Size, Size);
}

/// <summary>Averages windows chosen so that the output has a given size, whatever the image's.</summary>
/// <param name="height">Height of the output.</param>
/// <param name="width">Width of the output.</param>
public sealed class AdaptiveAveragePool2d<T>(int height, int width) : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.AdaptiveAveragePool2d(height, width);
}
