using System.CommandLine;
using DeepSharp.Bench.Commands;

var root = new RootCommand("Measures DeepSharp: single kernels, whole networks, and both beside libtorch and ONNX Runtime.")
{
    PeakCommand.Create(),
    GemmCommand.Create(),
    ConvCommand.Create(),
    VggCommand.Create(),
};
return root.Parse(args).Invoke();
