using System.Runtime.CompilerServices;
using DeepSharp.Tensors;

namespace DeepSharp.Testing;

/// <summary>Compute contexts for tests, one for each vector width. New and released buffers are filled with NaN.</summary>
public static class TestContexts
{
    private static readonly Dictionary<VectorWidth, ComputeContext> ByWidth = Enum.GetValues<VectorWidth>().ToDictionary(
        width => width,
        width => new ComputeContext(new ComputeOptions { Workers = 2, VectorWidth = width, FillWithNaN = true }));

    /// <summary>Every width, as data of a theory. The runtime emulates widths that the processor lacks.</summary>
    public static TheoryData<VectorWidth> Widths => new(Enum.GetValues<VectorWidth>());

    /// <summary>
    /// The context with the widest vectors, or with the width set by DEEPSHARP_VECTOR_WIDTH. It differs from
    /// <see cref="ComputeContext.Default"/>, so tests detect code that uses the wrong context: operations on tensors of two contexts throw.
    /// </summary>
    public static ComputeContext Default => Of(ComputeOptions.FromEnvironment().VectorWidth);

    /// <summary>The context with a given vector width.</summary>
    public static ComputeContext Of(VectorWidth width) => ByWidth[width];

    // The generators of DeepSharp.Testing use the default context. These variables set its options.
    [ModuleInitializer]
    internal static void Configure()
    {
        Environment.SetEnvironmentVariable("DEEPSHARP_WORKERS", "2");
        Environment.SetEnvironmentVariable("DEEPSHARP_FILL_NAN", "1");
    }
}
