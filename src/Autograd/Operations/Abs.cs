using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The absolute value, element by element.</summary>
internal sealed class Abs<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Abs(Input(0));

    /// <inheritdoc/>
    // dx = dy · sign(x); at the kink the gradient is 0, as in PyTorch.
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.AbsBackward(Input(0), upstream));
}

public static partial class VariableOperations
{
    /// <summary>The absolute value, element by element.</summary>
    public static Variable<T> Abs<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => new Abs<T>().Apply(x);
}
