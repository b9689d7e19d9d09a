using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The logistic function 1 / (1 + e⁻ˣ), element by element.</summary>
internal sealed class Sigmoid<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Sigmoid(Input(0));

    /// <inheritdoc/>
    // dx = dy · y · (1 − y)
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.SigmoidBackward(Output, upstream));
}

public static partial class VariableOperations
{
    /// <summary>The logistic function 1 / (1 + e⁻ˣ), element by element.</summary>
    public static Variable<T> Sigmoid<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => new Sigmoid<T>().Apply(x);
}
