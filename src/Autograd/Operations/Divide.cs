using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The quotient x / y, element by element.</summary>
/// <remarks>Shapes broadcast by PyTorch's rule: aligned at the last axis, a length of 1 stretches.</remarks>
internal sealed class Divide<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Divide(Input(0), Input(1));

    /// <inheritdoc/>
    // dx = upstream / y, dy = −upstream · (x / y) / y, summed to the shape of each.
    protected override void Backward(Tensor<T> upstream)
    {
        var quotient = Kernels.Divide(upstream, Input(1));
        if (Needs(1))
        {
            using var product = Kernels.Multiply(quotient, Output);
            PropagateBroadcast(1, Kernels.Negate(product));
        }

        PropagateBroadcast(0, quotient);
    }
}

public static partial class VariableOperations
{
    extension<T>(Variable<T>)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>x / y, element by element.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Variable<T> operator /(Variable<T> x, Variable<T> y) => new Divide<T>().Apply(x, y);

        /// <summary>x / y, element by element.</summary>
        public static Variable<T> operator /(Variable<T> x, T y) => x / x.Like(y);

        /// <summary>x / y, element by element.</summary>
        public static Variable<T> operator /(T x, Variable<T> y) => y.Like(x) / y;
    }
}
