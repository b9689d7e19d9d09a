using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The product x · y, element by element.</summary>
/// <remarks>Shapes broadcast by PyTorch's rule: aligned at the last axis, a length of 1 stretches.</remarks>
internal sealed class Multiply<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Multiply(Input(0), Input(1));

    /// <inheritdoc/>
    // dx = upstream · y, dy = upstream · x, summed to the shape of each.
    protected override void Backward(Tensor<T> upstream)
    {
        if (Needs(0)) PropagateBroadcast(0, Kernels.Multiply(upstream, Input(1)));
        if (Needs(1)) PropagateBroadcast(1, Kernels.Multiply(upstream, Input(0)));
    }
}

public static partial class VariableOperations
{
    extension<T>(Variable<T>)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>x · y, element by element.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Variable<T> operator *(Variable<T> x, Variable<T> y) => new Multiply<T>().Apply(x, y);

        /// <summary>x · y, element by element.</summary>
        public static Variable<T> operator *(Variable<T> x, T y) => x * x.Like(y);

        /// <summary>x · y, element by element.</summary>
        public static Variable<T> operator *(T x, Variable<T> y) => y.Like(x) * y;
    }
}
