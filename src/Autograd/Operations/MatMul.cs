using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The matrix product of a [M, K] and b [K, N].</summary>
internal sealed class MatMulOperation<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.MatMul(Input(0), Input(1));

    /// <inheritdoc/>
    // da = dy·bᵀ, db = aᵀ·dy
    protected override void Backward(Tensor<T> upstream)
    {
        if (Needs(0)) Propagate(0, Kernels.MatMul(upstream, Input(1), transposeB: true));
        if (Needs(1)) Propagate(1, Kernels.MatMul(Input(0), upstream, transposeA: true));
    }
}

public static partial class VariableOperations
{
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The matrix product of x [M, K] and <paramref name="y"/> [K, N].</summary>
        /// <param name="y">The right factor.</param>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        public Variable<T> MatMul(Variable<T> y) => new MatMulOperation<T>().Apply(x, y);
    }
}
