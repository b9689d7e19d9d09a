using System.Diagnostics;
using System.Reflection;
using System.Runtime.Intrinsics.X86;
using DeepSharp.Bench.Measuring;

namespace DeepSharp.Bench.Compare;

/// <summary>The engines on this machine. Each runs in a separate process.</summary>
internal sealed class Engines
{
    private const string CoreType = "OPENBLAS_CORETYPE", WideCore = "SkylakeX";

    // What OpenBLAS calls its kernels of 512 bits.
    private static readonly string[] WideCores = [WideCore, "Cooperlake", "SapphireRapids"];

    private readonly Lazy<Engine> libtorch = new(FindLibtorch), openBlas = new(FindOpenBlas), onnxRuntime = new(() => Bench("ONNX Runtime", "onnxruntime").Asked());

    /// <summary>This library.</summary>
    public Engine DeepSharp { get; } = Bench("DeepSharp", "serve") with { Version = VersionOf(Assembly.GetEntryAssembly()!.Location) };

    /// <summary>PyTorch's library.</summary>
    public Engine Libtorch => libtorch.Value;

    /// <summary>ONNX Runtime.</summary>
    public Engine OnnxRuntime => onnxRuntime.Value;

    /// <summary>OpenBLAS.</summary>
    public Engine OpenBlas => openBlas.Value;

    /// <summary>All of them.</summary>
    public IEnumerable<Engine> All => [DeepSharp, Libtorch, OnnxRuntime, OpenBlas];

    /// <summary>An older build of this library.</summary>
    /// <param name="path">The folder of a checkout in which <c>bench</c> is built, or of the built <c>bench</c>.</param>
    /// <exception cref="FileNotFoundException">There is no such build.</exception>
    public static Engine Older(string path)
    {
        string[] places = [Path.Combine(path, "DeepSharp.Bench.dll"), Path.Combine(path, "bench", "bin", "Release", "net10.0", "DeepSharp.Bench.dll")];
        string file = Array.Find(places, File.Exists) ?? throw new FileNotFoundException($"--against: {places[0]} and {places[1]} do not exist; build bench there.");
        return new Engine("older", "dotnet", [file, "serve"], VersionOf(file));
    }

    private static Engine Bench(string name, string command)
    {
        string program = Environment.ProcessPath!;
        string[] arguments = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Assembly.GetEntryAssembly()!.Location, command] : [command];
        return new Engine(name, program, arguments);
    }

    private static Engine FindLibtorch()
    {
        string folder = Path.Combine(Repository.Root, "bench", "Libtorch", "bin", "Release", "net10.0");
        string? file = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "DeepSharp.Bench.Libtorch.dll", SearchOption.AllDirectories).FirstOrDefault() : null;
        var engine = new Engine("libtorch", "dotnet", [file ?? ""]);
        if (file is null) return engine with { Absence = "not built (dotnet build -c Release bench/Libtorch)" };
        // An older C++ library lacks a symbol that libtorch asks for; a shim beside it may supply it.
        string? shim = Directory.EnumerateFiles(folder, "libglibcxx-shim.so", SearchOption.AllDirectories).FirstOrDefault();
        if (shim is not null) engine = engine with { Environment = new Dictionary<string, string?> { ["LD_PRELOAD"] = shim } };
        return engine.Asked();
    }

    // Variables that choose a kernel would make it another library than users have. Where OpenBLAS does not know a processor with vectors of 512 bits, it
    // takes a kernel for half of that, and it can be told better.
    private static Engine FindOpenBlas()
    {
        var engine = Bench("OpenBLAS", "openblas") with { Environment = new Dictionary<string, string?> { [CoreType] = null, ["OPENBLAS_L2_SIZE"] = null } };
        var asked = engine.Asked();
        if (!Avx512F.IsSupported || asked.Version is null || WideCores.Any(asked.Version.EndsWith)) return asked;
        return (engine with { Environment = new Dictionary<string, string?>(engine.Environment) { [CoreType] = WideCore } }).Asked();
    }

    // The number and the first digits of the commit: 0.1.0+1a2b3c4.
    private static string VersionOf(string file)
    {
        string version = FileVersionInfo.GetVersionInfo(file).ProductVersion ?? "unknown";
        return version[..Math.Min(version.Length, version.IndexOf('+', StringComparison.Ordinal) is var plus and >= 0 ? plus + 8 : version.Length)];
    }
}
