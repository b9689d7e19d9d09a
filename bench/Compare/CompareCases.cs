using System.Globalization;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;
using DeepSharp.Vgg;

namespace DeepSharp.Bench.Compare;

/// <summary>All that <c>bench compare</c> measures, by group.</summary>
/// <param name="engines">Who is there.</param>
/// <param name="threads">The number of threads of every contender, but for the group that compares these.</param>
/// <param name="folder">Where models for ONNX Runtime are written.</param>
internal sealed class CompareCases(Engines engines, int threads, string folder)
{
    private const double KernelSeconds = 0.3, NetworkSeconds = 2;

    /// <summary>The groups by name, in the order of the tables.</summary>
    public static IReadOnlyDictionary<string, string> Groups { get; } = new Dictionary<string, string>
    {
        ["networks"] = "Whole networks",
        ["convolutions"] = "3×3 convolutions of VGG on CIFAR-10, batch 64",
        ["other-convolutions"] = "Other convolutions",
        ["gemm"] = "Matrix products",
        ["memory"] = "Kernels that memory limits, beside a copy",
        ["threads"] = "The second thread",
        ["vectors"] = "Vectors of 256 bits beside the widest",
    };

    /// <summary>All cases.</summary>
    public IReadOnlyList<CompareCase> All() => [.. Groups.Keys.SelectMany(Of)];

    private IEnumerable<CompareCase> Of(string group) => group switch
    {
        "networks" => VggCase.All.Select(Network),
        "convolutions" => Convolutions(group, "conv-shapes.txt"),
        "other-convolutions" => Convolutions(group, "other-conv-shapes.txt"),
        "gemm" => ShapeTable.Products().Select(Product),
        "memory" => MemoryWork.All.Skip(1).Select(Memory),
        "threads" => SecondThread(),
        _ => NarrowVectors(),
    };

    private static double Flops((int M, int N, int K) shape) => 2.0 * shape.M * shape.N * shape.K;

    private Contender Ours(string work, double amount, string name = "DeepSharp") => new(name, engines.DeepSharp, ["serve", work], threads, amount);

    private CompareCase Network(VggCase vggCase)
    {
        List<Contender> contenders =
        [
            Ours(vggCase.Name, vggCase.Batch),
            new("libtorch", engines.Libtorch, [vggCase.Name], threads, vggCase.Batch) { HasVariants = true },
        ];
        if (!vggCase.Trains)
        {
            string[] arguments = engines.OnnxRuntime.Absence is null ? [Export(vggCase), "--batch", $"{vggCase.Batch}", "--size", $"{vggCase.ImageSize}"] : [];
            contenders.Add(new Contender("ONNX Runtime", engines.OnnxRuntime, arguments, threads, vggCase.Batch));
        }

        return new CompareCase("networks", vggCase.Name, WorkUnit.Images, NetworkSeconds, contenders);
    }

    private string Export(VggCase vggCase)
    {
        string path = Path.Combine(folder, $"{vggCase.Config}-{vggCase.ImageSize}.onnx");
        if (File.Exists(path)) return path;
        using var context = new ComputeContext();
        using var model = vggCase.CreateModel(context);
        OnnxExport.Write(model, path, new OnnxOptions { Height = vggCase.ImageSize });
        return path;
    }

    private IEnumerable<CompareCase> Convolutions(string name, string table) =>
        from row in ShapeTable.Convolutions(table)
        from pass in NamedWork.Passes.Keys
        let shape = row.Shape
        let flops = 2.0 * shape.Multiplications
        select new CompareCase(name, $"{row.Name} {pass}", WorkUnit.Flops, KernelSeconds,
        [
            Ours($"conv/{row.Name}/{pass}", flops),
            new("libtorch", engines.Libtorch, LibtorchConvolution(shape, pass), threads, flops) { HasVariants = true },
        ]);

    private static string[] LibtorchConvolution(ConvolutionShape shape, string pass)
    {
        (string Name, int Value)[] options =
        [
            ("n", shape.N), ("c", shape.C), ("k", shape.K), ("h", shape.H), ("w", shape.W), ("kernel", shape.Window.Height),
            ("stride", shape.Window.StrideHeight), ("padding", shape.Window.PaddingHeight),
        ];
        return ["conv", "--pass", pass, .. options.SelectMany(option => new[] { $"--{option.Name}", option.Value.ToString(CultureInfo.InvariantCulture) })];
    }

    private CompareCase Product(NamedShape<(int M, int N, int K)> row)
    {
        var (m, n, k) = row.Shape;
        return new CompareCase("gemm", row.Name, WorkUnit.Flops, KernelSeconds,
        [
            Ours($"gemm/{row.Name}", Flops(row.Shape)),
            new("OpenBLAS", engines.OpenBlas, ["--m", $"{m}", "--n", $"{n}", "--k", $"{k}"], threads, Flops(row.Shape)),
        ]);
    }

    private CompareCase Memory(MemoryWork work)
    {
        var copy = MemoryWork.All[0];
        return new CompareCase("memory", work.Name, WorkUnit.Bytes, KernelSeconds,
            [Ours($"memory/{work.Name}", work.Bytes), Ours($"memory/{copy.Name}", copy.Bytes, name: "copy")]);
    }

    private IEnumerable<CompareCase> SecondThread() => Pairs("threads", ours =>
        [ours with { Name = "2 threads", Threads = 2 }, ours with { Name = "1 thread", Threads = 1 }]);

    private IEnumerable<CompareCase> NarrowVectors() => Pairs("vectors", ours =>
        [ours with { Name = "256 bits", Environment = new Dictionary<string, string> { ["DOTNET_EnableAVX512"] = "0" } }, ours with { Name = "widest" }]);

    private IEnumerable<CompareCase> Pairs(string group, Func<Contender, IReadOnlyList<Contender>> contenders)
    {
        var product = ShapeTable.Products().First(row => row.Name == "square-1024");
        var convolution = ShapeTable.Convolutions().First(row => row.Name == "conv2_2");
        var training = VggCase.Named("train-cifar-D-bn-128");
        yield return new CompareCase(group, product.Name, WorkUnit.Flops, KernelSeconds, contenders(Ours($"gemm/{product.Name}", Flops(product.Shape))));
        foreach (string pass in NamedWork.Passes.Keys)
        {
            yield return new CompareCase(group, $"{convolution.Name} {pass}", WorkUnit.Flops, KernelSeconds,
                contenders(Ours($"conv/{convolution.Name}/{pass}", 2.0 * convolution.Shape.Multiplications)));
        }

        yield return new CompareCase(group, training.Name, WorkUnit.Images, NetworkSeconds, contenders(Ours(training.Name, training.Batch)));
    }
}
