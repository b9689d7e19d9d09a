using System.Reflection;

namespace DeepSharp.Bench.Compare;

/// <summary>The engines that this machine has.</summary>
internal sealed class Engines
{
    // Debian's Python has Debian's packages, even where another one comes first on the path.
    private static readonly string[] Pythons = [.. new[] { Environment.GetEnvironmentVariable("DEEPSHARP_PYTHON"), "python3", "/usr/bin/python3" }.OfType<string>()];

    /// <summary>This library, in a process of its own.</summary>
    public Engine DeepSharp { get; } = new(
        "DeepSharp", Environment.ProcessPath!, Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [Assembly.GetEntryAssembly()!.Location] : [],
        OurVersion());

    /// <summary>PyTorch's library.</summary>
    public Engine Libtorch { get; } = Engine.Find("libtorch", "libtorch.py", Pythons);

    /// <summary>ONNX Runtime.</summary>
    public Engine OnnxRuntime { get; } = Engine.Find("ONNX Runtime", "onnxruntime.mjs", "node");

    /// <summary>OpenBLAS.</summary>
    public Engine OpenBlas { get; } = Engine.Find("OpenBLAS", "openblas.py", Pythons);

    /// <summary>All of them.</summary>
    public IEnumerable<Engine> All => [DeepSharp, Libtorch, OnnxRuntime, OpenBlas];

    // The number and the first digits of the commit: 0.1.0+1a2b3c4.
    private static string OurVersion()
    {
        string version = Assembly.GetEntryAssembly()!.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        return version[..Math.Min(version.Length, version.IndexOf('+', StringComparison.Ordinal) is var plus and >= 0 ? plus + 8 : version.Length)];
    }
}
