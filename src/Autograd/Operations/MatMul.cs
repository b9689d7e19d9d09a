using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The product of matrices a [M, K] and b [K, N].</summary>
internal sealed class MatMul<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward()
    {
        var (a, b) = (InputShape(0), InputShape(1));
        if (a.Rank != 2 || b.Rank != 2 || a[1] != b[0])
            throw new ShapeException($"MatMul: {a} times {b} does not fit; expected [M, K] times [K, N].");
        var product = new Tensor<T>([a[0], b[1]], Input(0).Context, Name);
        Kernels.Gemm(T.One, Input(0), false, Input(1), false, T.Zero, product);
        return product;
    }

    /// <inheritdoc/>
    // da = dy·bᵀ, db = aᵀ·dy
    protected override void Backward(Tensor<T> upstream)
    {
        if (Needs(0))
        {
            var gradient = new Tensor<T>(InputShape(0), upstream.Context, "MatMul backward");
            Kernels.Gemm(T.One, upstream, false, Input(1), true, T.Zero, gradient);
            Propagate(0, gradient);
        }

        if (Needs(1))
        {
            var gradient = new Tensor<T>(InputShape(1), upstream.Context, "MatMul backward");
            Kernels.Gemm(T.One, Input(0), true, upstream, false, T.Zero, gradient);
            Propagate(1, gradient);
        }
    }
}

public static partial class VariableOperations
{
    /// <summary>The product of matrices [M, K] and [K, N].</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Variable<T> MatMul<T>(this Variable<T> a, Variable<T> b)
        where T : unmanaged, IFloatingPointIeee754<T> => new MatMul<T>().Apply(a, b);
}
