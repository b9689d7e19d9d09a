using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>−x, element by element.</summary>
internal sealed class Negate<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Negate(Input(0));

    /// <inheritdoc/>
    // dx = −dy
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.Negate(upstream));
}

public static partial class VariableOperations
{
    extension<T>(Variable<T>)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>−x.</summary>
        public static Variable<T> operator -(Variable<T> x) => new Negate<T>().Apply(x);
    }
}
