using BenchmarkDotNet.Attributes;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Micro;

/// <summary>The matrix products in <c>data/gemm-shapes.txt</c>.</summary>
public class GemmBenchmarks
{
    private Tensor<float>? a, b, c;

    /// <summary>The shapes.</summary>
    public static IEnumerable<NamedShape<(int M, int N, int K)>> Shapes => ShapeTable.Products();

    /// <summary>The shape that is measured.</summary>
    [ParamsSource(nameof(Shapes))]
    public NamedShape<(int M, int N, int K)> Shape { get; set; } = null!;

    /// <summary>Draws the operands.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var (m, n, k) = Shape.Shape;
        a = Tensor<float>.RandomNormal([m, k], new RandomStream(1, "a"));
        b = Tensor<float>.RandomNormal([k, n], new RandomStream(1, "b"));
        c = new Tensor<float>([m, n]);
    }

    /// <summary>One product.</summary>
    [Benchmark]
    public void Multiply() => a!.Context.Kernels.Gemm(1f, a, false, b!, false, 0f, c!);
}
