using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>c = alpha · op(a) · op(b) + beta · c for matrices. If beta is 0, c is overwritten without being read.</summary>
    /// <remarks>op(m) is mᵀ if the transpose flag of m is set, else m. Tensors [N, C, 1, 1] are treated as matrices [N, C].</remarks>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual void Gemm<T>(T alpha, Tensor<T> a, bool transposeA, Tensor<T> b, bool transposeB, T beta, Tensor<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!c.Shape.IsMatrix || !a.Shape.IsMatrix || !b.Shape.IsMatrix)
            throw new ShapeException($"Gemm: expected matrices, found {a.Shape}, {b.Shape} and {c.Shape}.");
        MatrixView<T> left = MatrixView<T>.Of(a), right = MatrixView<T>.Of(b);
        if (transposeA) left = left.Transposed;
        if (transposeB) right = right.Transposed;
        if (left.Columns != right.Rows || c.Shape[0] != left.Rows || c.Shape[1] != right.Columns)
        {
            throw new ShapeException(
                $"Gemm: {a.Shape}{(transposeA ? "ᵀ" : "")} times {b.Shape}{(transposeB ? "ᵀ" : "")} into {c.Shape} does not fit; "
                + "expected [M, K] times [K, N] into [M, N].");
        }

        a.RequireSameContext(b, "Gemm");
        a.RequireSameContext(c, "Gemm");
        GemmKernel.Run(c.Context, alpha, left, right, beta, c.WriteMemory(), right.Columns);
    }

    /// <summary>y [N, out] = x [N, in] · weightᵀ + bias, for a weight [out, in] and a bias [out]; x may also be [N, in, 1, 1].</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Linear<T>(Tensor<T> x, Tensor<T> weight, Tensor<T>? bias)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!x.Shape.IsMatrix || weight.Shape.Rank != 2 || x.Shape[1] != weight.Shape[1])
            throw new ShapeException($"Linear: input {x.Shape} and weight {weight.Shape} do not fit; expected [N, in] and [out, in].");
        int outputs = weight.Shape[0];
        if (bias is not null && bias.Shape != [outputs])
            throw new ShapeException($"Linear: bias {bias.Shape} does not fit weight {weight.Shape}; expected [{outputs}].");
        x.RequireSameContext(weight, "Linear");
        if (bias is not null) x.RequireSameContext(bias, "Linear");
        var y = new Tensor<T>([x.Shape[0], outputs], x.Context, "Linear");
        var epilogue = new Epilogue<T>(bias?.ReadMemory() ?? default, Relu: false);
        GemmKernel.Run(
            x.Context, T.One, MatrixView<T>.Of(x), MatrixView<T>.Of(weight).Transposed, T.Zero, y.WriteMemory(), outputs, epilogue);
        return y;
    }

    /// <summary>op(a) · op(b) for matrices, where op(m) is mᵀ if the transpose flag of m is set, else m.</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Tensor<T> MatMul<T>(Tensor<T> a, Tensor<T> b, bool transposeA = false, bool transposeB = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var product = new Tensor<T>(ShapeRules.MatMul(a.Shape, b.Shape, transposeA, transposeB), a.Context, nameof(MatMul));
        Gemm(T.One, a, transposeA, b, transposeB, T.Zero, product);
        return product;
    }
}
