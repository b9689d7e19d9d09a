using System.CommandLine;
using BenchmarkDotNet.Running;
using DeepSharp.Bench.Commands;

// BenchmarkDotNet has options of its own.
if (args is ["micro", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(PeakCommand).Assembly).Run(args[1..]);
    return 0;
}

var root = new RootCommand("Measures DeepSharp: single kernels, whole networks, and both beside libtorch and ONNX Runtime.")
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
    new Command("micro", "Runs the BenchmarkDotNet suites; takes BenchmarkDotNet's options, for instance --filter '*Gemm*'."),
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
