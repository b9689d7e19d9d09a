using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The difference x − y, element by element.</summary>
/// <remarks>Shapes broadcast by PyTorch's rule: aligned at the last axis, a length of 1 stretches.</remarks>
internal sealed class Subtract<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Subtract(Input(0), Input(1));

    /// <inheritdoc/>
    // dx = upstream, dy = −upstream, summed to the shape of each.
    protected override void Backward(Tensor<T> upstream)
    {
        if (Needs(1)) PropagateBroadcast(1, Kernels.Negate(upstream));
        if (Needs(0)) PropagateBroadcast(0, upstream);
    }
}

public static partial class VariableOperations
{
    extension<T>(Variable<T>)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>x − y.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Variable<T> operator -(Variable<T> x, Variable<T> y) => new Subtract<T>().Apply(x, y);

        /// <summary>x − y.</summary>
        public static Variable<T> operator -(Variable<T> x, T y) => x - x.Like(y);

        /// <summary>x − y.</summary>
        public static Variable<T> operator -(T x, Variable<T> y) => y.Like(x) - y;
    }
}
