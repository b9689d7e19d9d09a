using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Describes a <see cref="Flatten{T}"/>.</summary>
/// <param name="Key">Its path in the model.</param>
public sealed record FlattenPlan(string Key) : LayerPlan(Key)
{
    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => [input[0], input.ElementCount / input[0]];

    /// <inheritdoc/>
    public override ReceptiveField Grow(ReceptiveField field, Shape input) => field with { Map = Math.Max(input[2], input[3]) };

    /// <inheritdoc/>
    public override Module<T> Build<T>(LayerSource source) => new Flatten<T>();
}

/// <summary>Makes one row of each image: [N, C, H, W] becomes [N, C·H·W], in C, H, W order.</summary>
public sealed class Flatten<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Flatten();
}
