using System.Numerics;
using DeepSharp.Autograd;

namespace DeepSharp.Vgg;

/// <summary>Describes a <see cref="Relu{T}"/>.</summary>
/// <param name="Key">Its path in the model.</param>
public sealed record ReluPlan(string Key) : LayerPlan(Key)
{
    /// <inheritdoc/>
    public override string Kind => "ReLU";

    /// <inheritdoc/>
    public override Module<T> Build<T>(LayerSource source) => new Relu<T>();
}

/// <summary>The rectifier, max(x, 0), for a tensor of any shape.</summary>
public sealed class Relu<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Relu();
}
