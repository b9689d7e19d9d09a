using System.Diagnostics;
using System.Reflection;
using System.Runtime.Intrinsics.X86;
using DeepSharp.Bench.Measuring;

namespace DeepSharp.Bench.Compare;

/// <summary>The engines on this machine. Each runs in a separate process.</summary>
internal sealed class Engines
{
    private const string CoreType = "OPENBLAS_CORETYPE", WideCore = "SkylakeX";

    // The names that OpenBLAS gives its 512-bit kernels.
    private static readonly string[] WideCores = [WideCore, "Cooperlake", "SapphireRapids"];

    private readonly Lazy<Engine> libtorch = new(FindLibtorch), openBlas = new(FindOpenBlas), onnxRuntime = new(FindOnnxRuntime);

    /// <summary>This library.</summary>
    public Engine DeepSharp { get; } = Bench("DeepSharp", "serve") with { Version = VersionOf(Assembly.GetEntryAssembly()!.Location) };

    /// <summary>libtorch, the C++ library of PyTorch.</summary>
    public Engine Libtorch => libtorch.Value;

    /// <summary>ONNX Runtime.</summary>
    public Engine OnnxRuntime => onnxRuntime.Value;

    /// <summary>OpenBLAS.</summary>
    public Engine OpenBlas => openBlas.Value;

    /// <summary>All engines.</summary>
    public IEnumerable<Engine> All => [DeepSharp, Libtorch, OnnxRuntime, OpenBlas];

    /// <summary>An older build of this library.</summary>
    /// <param name="path">The folder of a checkout in which <c>bench</c> is built, or of the built <c>bench</c>.</param>
    /// <exception cref="FileNotFoundException">There is no such build.</exception>
    public static Engine Older(string path)
    {
        const string FileName = "DeepSharp.Bench.dll";
        string[] paths = [Path.Combine(path, FileName), Path.Combine(path, "bench", "bin", "Release", "net10.0", FileName)];
        string file = Array.Find(paths, File.Exists)
            ?? throw new FileNotFoundException($"--against: neither {paths[0]} nor {paths[1]} exists; build bench there.");
        return new Engine("older", "dotnet", [file, "serve"], VersionOf(file));
    }

    private static Engine Bench(string name, string command)
    {
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        string[] arguments = isHost ? [Assembly.GetEntryAssembly()!.Location, command] : [command];
        return new Engine(name, program, arguments);
    }

    private static Engine FindOnnxRuntime() => Bench("ONNX Runtime", "onnxruntime").WithVersion();

    private static Engine FindLibtorch()
    {
        string folder = Path.Combine(Repository.Root, "bench", "Libtorch", "bin", "Release", "net10.0");
        string? file = Directory.Exists(folder) ? Find("DeepSharp.Bench.Libtorch.dll") : null;
        var engine = new Engine("libtorch", "dotnet", [file ?? ""]);
        if (file is null) return engine with { Absence = "not built (dotnet build -c Release bench/Libtorch)" };
        // Older C++ runtime libraries lack a symbol that libtorch needs. A shim beside the program or in a subfolder may supply it.
        string? shim = Find("libglibcxx-shim.so");
        if (shim is not null) engine = engine with { Environment = new Dictionary<string, string?> { ["LD_PRELOAD"] = shim } };
        return engine.WithVersion();

        string? Find(string name) => Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories).FirstOrDefault();
    }

    // Variables that select a kernel or its block sizes are removed, so that OpenBLAS runs as it does by default. On an unknown processor
    // with 512-bit vectors, OpenBLAS chooses a 256-bit kernel; OPENBLAS_CORETYPE then selects a 512-bit one.
    private static Engine FindOpenBlas()
    {
        var environment = new Dictionary<string, string?> { [CoreType] = null, ["OPENBLAS_L2_SIZE"] = null };
        var engine = Bench("OpenBLAS", "openblas") with { Environment = environment };
        var found = engine.WithVersion();
        if (!Avx512F.IsSupported || found.Version is null || WideCores.Any(found.Version.EndsWith)) return found;
        return (engine with { Environment = new Dictionary<string, string?>(environment) { [CoreType] = WideCore } }).WithVersion();
    }

    // The version with the first seven digits of the commit: 0.1.0+1a2b3c4.
    private static string VersionOf(string file)
    {
        string version = FileVersionInfo.GetVersionInfo(file).ProductVersion ?? "unknown";
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return version[..Math.Min(version.Length, plus >= 0 ? plus + 8 : version.Length)];
    }
}
