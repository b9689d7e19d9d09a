using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The sum x + y, element by element.</summary>
/// <remarks>Shapes broadcast by PyTorch's rule: aligned at the last axis, a length of 1 stretches.</remarks>
internal sealed class Add<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Add(Input(0), Input(1));

    /// <inheritdoc/>
    // dx = dy = upstream, summed to the shape of each. One takes over the upstream, so the other gets a copy where it is not summed anyway.
    protected override void Backward(Tensor<T> upstream)
    {
        if (Needs(1)) PropagateBroadcast(1, Needs(0) && InputShape(1) == upstream.Shape ? upstream.Clone() : upstream);
        if (Needs(0)) PropagateBroadcast(0, upstream);
    }
}

public static partial class VariableOperations
{
    extension<T>(Variable<T>)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>x + y.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Variable<T> operator +(Variable<T> x, Variable<T> y) => new Add<T>().Apply(x, y);

        /// <summary>x + y.</summary>
        public static Variable<T> operator +(Variable<T> x, T y) => x + x.Like(y);

        /// <summary>x + y.</summary>
        public static Variable<T> operator +(T x, Variable<T> y) => y.Like(x) + y;
    }
}
