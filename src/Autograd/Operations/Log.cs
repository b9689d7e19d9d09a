using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The natural logarithm, element by element; NaN below 0.</summary>
internal sealed class Log<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Log(Input(0));

    /// <inheritdoc/>
    // dx = dy / x
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.Divide(upstream, Input(0)));
}

public static partial class VariableOperations
{
    /// <summary>The natural logarithm, element by element; NaN below 0.</summary>
    public static Variable<T> Log<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => new Log<T>().Apply(x);
}
