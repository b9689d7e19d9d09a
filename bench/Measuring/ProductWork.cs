using DeepSharp.Tensors;

namespace DeepSharp.Bench.Measuring;

/// <summary>The operands of a matrix product, C [M, N] = A [M, K] · B [K, N].</summary>
public sealed class ProductWork : IDisposable
{
    private readonly ComputeContext context;

    /// <summary>Generates random operands.</summary>
    public ProductWork(ComputeContext context, int m, int n, int k)
    {
        this.context = context;
        A = Tensor<float>.RandomNormal([m, k], new RandomStream(1, "a"), context: context);
        B = Tensor<float>.RandomNormal([k, n], new RandomStream(1, "b"), context: context);
        C = new Tensor<float>([m, n], context);
    }

    /// <summary>The left operand, [M, K].</summary>
    public Tensor<float> A { get; }

    /// <summary>The right operand, [K, N].</summary>
    public Tensor<float> B { get; }

    /// <summary>The product, [M, N]; uninitialized before the first run.</summary>
    public Tensor<float> C { get; }

    /// <summary>Computes the product.</summary>
    public void Run() => context.Kernels.Gemm(1f, A, false, B, false, 0f, C);

    /// <summary>Releases the memory of the operands.</summary>
    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        C.Dispose();
    }
}
