using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>eˣ, element by element.</summary>
internal sealed class Exp<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Exp(Input(0));

    /// <inheritdoc/>
    // dx = dy · eˣ
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.Multiply(upstream, Output));
}

public static partial class VariableOperations
{
    /// <summary>eˣ, element by element.</summary>
    public static Variable<T> Exp<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => new Exp<T>().Apply(x);
}
