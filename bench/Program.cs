using System.CommandLine;
using BenchmarkDotNet.Running;
using DeepSharp.Bench.Commands;

// BenchmarkDotNet parses its own options.
if (args is ["micro", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(PeakCommand).Assembly).Run(args[1..]);
    return 0;
}

var root = new RootCommand("Measures DeepSharp: single kernels and whole networks, also compared with libtorch, ONNX Runtime and OpenBLAS.")
{
    PeakCommand.Create(),
    GemmCommand.Create(),
    ConvCommand.Create(),
    VggCommand.Create(),
    CompareCommand.Create(),
    ReadmeCommand.Create(),
    ServeCommand.Create(),
    OnnxRuntimeCommand.Create(),
    OpenBlasCommand.Create(),
    new Command("micro", "Runs the BenchmarkDotNet suites. Accepts BenchmarkDotNet's options, for example --filter '*Gemm*'."),
};
try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is ArgumentException or IOException or DllNotFoundException or InvalidOperationException)
{
    Console.Error.WriteLine($"bench: {e.Message}");
    return 2;
}
