using BenchmarkDotNet.Attributes;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Micro;

/// <summary>Each pass of each convolution in <c>data/conv-shapes.txt</c>.</summary>
public class ConvolutionBenchmarks
{
    private ConvolutionWork<float>? work;

    /// <summary>The shapes.</summary>
    public static IEnumerable<NamedShape<ConvolutionShape>> Shapes => ShapeTable.Convolutions();

    /// <summary>The shape that is measured.</summary>
    [ParamsSource(nameof(Shapes))]
    public NamedShape<ConvolutionShape> Shape { get; set; } = null!;

    /// <summary>The pass that is measured.</summary>
    [ParamsAllValues]
    public ConvolutionPass Pass { get; set; }

    /// <summary>Generates random operands.</summary>
    [GlobalSetup]
    public void Setup() => work = new ConvolutionWork<float>(ComputeContext.Default, Shape.Shape);

    /// <summary>One pass.</summary>
    [Benchmark]
    public void Convolve() => work!.Run(Pass).Dispose();
}
