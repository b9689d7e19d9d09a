using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>c = alpha · op(a) · op(b) + beta · c for matrices; where beta is 0, c is overwritten whatever it holds.</summary>
    public virtual void Gemm<T>(T alpha, Tensor<T> a, bool transposeA, Tensor<T> b, bool transposeB, T beta, Tensor<T> c)
        where T : unmanaged, IFloatingPointIeee754<T> => GemmKernel.Run(alpha, a, transposeA, b, transposeB, beta, c);
}
