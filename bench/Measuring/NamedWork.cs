using DeepSharp.Tensors;

namespace DeepSharp.Bench.Measuring;

/// <summary>
/// The work of <c>bench serve NAME</c>: a network (<c>train-cifar-A-bn-128</c>), a pass of a convolution (<c>conv/conv1_2/forward</c>), a
/// matrix product (<c>gemm/square-512</c>) or a memory-bound kernel (<c>memory/sgd</c>).
/// </summary>
internal static class NamedWork
{
    private static readonly string[] ConvolutionTables = ["conv-shapes.txt", "other-conv-shapes.txt"];

    /// <summary>The passes of a convolution by their names on the command line.</summary>
    public static IReadOnlyDictionary<string, ConvolutionPass> Passes { get; } = new Dictionary<string, ConvolutionPass>
    {
        ["forward"] = ConvolutionPass.Forward,
        ["input-gradient"] = ConvolutionPass.InputGradient,
        ["weight-gradient"] = ConvolutionPass.WeightGradient,
    };

    /// <summary>Prepares the work with a given name.</summary>
    /// <returns>The work to time, and how it is done if there is a choice.</returns>
    /// <exception cref="InvalidOperationException">There is no case, shape or kernel with this name.</exception>
    /// <exception cref="KeyNotFoundException">There is no such pass of a convolution.</exception>
    public static (Action Run, string Detail) Prepare(string name, ComputeContext context)
    {
        string[] parts = name.Split('/');
        return parts switch
        {
            ["conv", var shape, var pass] => Convolution(context, FindConvolution(shape), Passes[pass]),
            ["gemm", var shape] => (Product(context, ShapeTable.Products().First(row => row.Name == shape).Shape), ""),
            ["memory", var kernel] => (Memory(context, MemoryWork.All.First(work => work.Name == kernel)), ""),
            _ => (VggCase.Named(name).Prepare(context), ""),
        };
    }

    private static ConvolutionShape FindConvolution(string name) =>
        ConvolutionTables.SelectMany(ShapeTable.Convolutions).First(row => row.Name == name).Shape;

    private static (Action, string) Convolution(ComputeContext context, ConvolutionShape shape, ConvolutionPass pass)
    {
        var work = new ConvolutionWork<float>(context, shape);
        var algorithm = ConvolutionAlgorithms.Choose<float>(shape, pass, context.VectorWidth, context.ConvolutionAlgorithm);
        return (() => work.Run(pass).Dispose(), algorithm.Name);
    }

    private static Action Memory(ComputeContext context, MemoryWork work) => work.Prepare(context, work.Shape);

    private static Action Product(ComputeContext context, (int M, int N, int K) shape) =>
        new ProductWork(context, shape.M, shape.N, shape.K).Run;
}
