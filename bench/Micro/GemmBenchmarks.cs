using BenchmarkDotNet.Attributes;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Micro;

/// <summary>The matrix products in <c>data/gemm-shapes.txt</c>.</summary>
public class GemmBenchmarks
{
    private ProductWork work = null!;

    /// <summary>The shapes.</summary>
    public static IEnumerable<NamedShape<(int M, int N, int K)>> Shapes => ShapeTable.Products();

    /// <summary>The shape that is measured.</summary>
    [ParamsSource(nameof(Shapes))]
    public NamedShape<(int M, int N, int K)> Shape { get; set; } = null!;

    /// <summary>Generates random operands.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var (m, n, k) = Shape.Shape;
        work = new ProductWork(ComputeContext.Default, m, n, k);
    }

    /// <summary>One product.</summary>
    [Benchmark]
    public void Multiply() => work.Run();
}
