using System.Runtime.Intrinsics.X86;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;
using DeepSharp.Vgg;

namespace DeepSharp.Bench.Compare;

/// <summary>All cases of <c>bench compare</c>, by group.</summary>
/// <param name="engines">The engines on this machine.</param>
/// <param name="threads">The number of threads of every contender, except in the group that compares thread counts.</param>
/// <param name="folder">The folder into which models for ONNX Runtime are written.</param>
/// <param name="older">An older build of this library to compare with; null to compare with other engines instead.</param>
internal sealed class CompareCases(Engines engines, int threads, string folder, Engine? older = null)
{
    // An older build is compared on the first groups only: networks, both convolution tables and matrix products.
    private const int OlderBuildGroups = 4;

    private const double KernelSeconds = 0.3, NetworkSeconds = 2;

    /// <summary>The groups by name, in the order of the tables.</summary>
    public static IReadOnlyDictionary<string, string> Groups { get; } = new Dictionary<string, string>
    {
        ["networks"] = "Whole networks",
        ["convolutions"] = "3×3 convolutions of VGG on CIFAR-10, batch 64",
        ["other-convolutions"] = "Other convolutions",
        ["gemm"] = "Matrix products",
        ["memory"] = "Memory-bound kernels, relative to a copy",
        ["threads"] = "Two threads, relative to one",
        ["vectors"] = "Vectors of 256 bits, relative to the widest",
    };

    /// <summary>All cases.</summary>
    public IReadOnlyList<CompareCase> All() => [.. (older is null ? Groups.Keys : Groups.Keys.Take(OlderBuildGroups)).SelectMany(Of)];

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

    // Intel's Software Developer's Manual, volume 2A, CPUID with EAX = 7: AVX512_BF16 and AMX-BF16.
    private static bool HasBfloat16 =>
        X86Base.IsSupported && ((X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0 || (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0);

    private static double Flops((int M, int N, int K) shape) => 2.0 * shape.M * shape.N * shape.K;

    private Contender Ours(string work, double amount, string name = "DeepSharp") =>
        new(name, engines.DeepSharp, [work], threads, amount);

    private IReadOnlyList<Contender> WithOthers(Contender ours, Func<IEnumerable<Contender>> others) =>
        older is null ? [ours, .. others()] : [ours, ours with { Name = older.Name, Engine = older }];

    // libtorch in float32 and, for the fastest result at lower precision, entirely in bfloat16.
    private Contender[] Libtorch(string work, double amount)
    {
        var single = new Contender("libtorch", engines.Libtorch, [work], threads, amount) { HasVariants = true };
        var engine = HasBfloat16
            ? engines.Libtorch
            : engines.Libtorch with { Absence = "this processor has no instructions for bfloat16" };
        return [single, single with { Name = "libtorch bf16", Engine = engine, Arguments = [work, "--bf16"] }];
    }

    private CompareCase Network(VggCase vggCase)
    {
        var contenders = WithOthers(Ours(vggCase.Name, vggCase.Batch), Others);
        return new CompareCase("networks", vggCase.Name, WorkUnit.Images, NetworkSeconds, contenders);

        IEnumerable<Contender> Others()
        {
            foreach (var contender in Libtorch(vggCase.Name, vggCase.Batch)) yield return contender;
            if (vggCase.Trains) yield break;
            string[] arguments = engines.OnnxRuntime.Absence is null
                ? [Export(vggCase), "--batch", $"{vggCase.Batch}", "--size", $"{vggCase.ImageSize}"]
                : [];
            yield return new Contender("ONNX Runtime", engines.OnnxRuntime, arguments, threads, vggCase.Batch);
        }
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
        let flops = 2.0 * row.Shape.Multiplications
        select new CompareCase(name, $"{row.Name} {pass}", WorkUnit.Flops, KernelSeconds,
            WithOthers(Ours($"conv/{row.Name}/{pass}", flops), () => [Libtorch($"conv/{row.Name}/{pass}", flops)[0]]));

    private CompareCase Product(NamedShape<(int M, int N, int K)> row)
    {
        var (m, n, k) = row.Shape;
        return new CompareCase("gemm", row.Name, WorkUnit.Flops, KernelSeconds, WithOthers(
            Ours($"gemm/{row.Name}", Flops(row.Shape)),
            () => [new("OpenBLAS", engines.OpenBlas, ["--m", $"{m}", "--n", $"{n}", "--k", $"{k}"], threads, Flops(row.Shape))]));
    }

    private CompareCase Memory(MemoryWork work)
    {
        var copy = MemoryWork.All[0];
        return new CompareCase("memory", work.Name, WorkUnit.Bytes, KernelSeconds,
            [Ours($"memory/{work.Name}", work.Bytes), Ours($"memory/{copy.Name}", copy.Bytes, name: "copy")]);
    }

    private IEnumerable<CompareCase> SecondThread() => Pairs("threads", ours =>
        [ours with { Name = "2 threads", Threads = 2 }, ours with { Name = "1 thread", Threads = 1 }]);

    private IEnumerable<CompareCase> NarrowVectors()
    {
        var withoutAvx512 = new Dictionary<string, string?> { ["DOTNET_EnableAVX512"] = "0" };
        return Pairs("vectors", ours =>
        [
            ours with { Name = "256 bits", Engine = ours.Engine with { Environment = withoutAvx512 } },
            ours with { Name = "widest" },
        ]);
    }

    private IEnumerable<CompareCase> Pairs(string group, Func<Contender, IReadOnlyList<Contender>> contenders)
    {
        var product = ShapeTable.Products().First(row => row.Name == "square-1024");
        var convolution = ShapeTable.Convolutions().First(row => row.Name == "conv2_2");
        var training = VggCase.Named("train-cifar-D-bn-128");
        yield return new CompareCase(
            group, product.Name, WorkUnit.Flops, KernelSeconds, contenders(Ours($"gemm/{product.Name}", Flops(product.Shape))));
        foreach (string pass in NamedWork.Passes.Keys)
        {
            yield return new CompareCase(group, $"{convolution.Name} {pass}", WorkUnit.Flops, KernelSeconds,
                contenders(Ours($"conv/{convolution.Name}/{pass}", 2.0 * convolution.Shape.Multiplications)));
        }

        yield return new CompareCase(
            group, training.Name, WorkUnit.Images, NetworkSeconds, contenders(Ours(training.Name, training.Batch)));
    }
}
