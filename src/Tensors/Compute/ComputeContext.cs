using System.Globalization;

namespace DeepSharp.Tensors;

/// <summary>
/// The workers, memory pool and kernels that tensors use. A tensor belongs to one context, as a PyTorch tensor belongs to one device.
/// </summary>
/// <remarks>
/// An operation runs in the context of its inputs, which must all belong to the same context. Several threads may use a context at the
/// same time, unless its <see cref="Profiler"/> is on.
/// </remarks>
public sealed class ComputeContext : IDisposable
{
    private static readonly Lazy<ComputeContext> Shared = new(() => new ComputeContext(ComputeOptions.FromEnvironment()));

    /// <summary>Creates a context.</summary>
    /// <param name="options">The settings; null for the defaults.</param>
    /// <param name="kernels">The kernels; null for the CPU kernels. A backend passes its own subclass.</param>
    /// <exception cref="ArgumentException">The convolution algorithm is unknown, or the number of workers is below 1.</exception>
    public ComputeContext(ComputeOptions? options = null, Kernels? kernels = null)
    {
        Options = options ?? new ComputeOptions();
        Workers = new Workers(Options.Workers);
        Pool = new MemoryPool(Options.FillWithNaN);
        Kernels = kernels ?? new Kernels();
        ConvolutionAlgorithm = Options.ConvolutionAlgorithm is { } name ? ConvolutionAlgorithms.Named(name) : null;
    }

    /// <summary>The context used when none is given. Its options come from <see cref="ComputeOptions.FromEnvironment"/>.</summary>
    public static ComputeContext Default => Shared.Value;

    /// <summary>The options of this context.</summary>
    public ComputeOptions Options { get; }

    /// <summary>The threads that run the kernels.</summary>
    public Workers Workers { get; }

    /// <summary>The pool that the tensors of this context rent their memory from.</summary>
    public MemoryPool Pool { get; }

    /// <summary>The kernels that the operations call.</summary>
    public Kernels Kernels { get; }

    /// <summary>The convolution algorithm used for every shape that it supports; null if one is chosen for each shape.</summary>
    public ConvolutionAlgorithm? ConvolutionAlgorithm { get; }

    /// <summary>The vector width of the kernels.</summary>
    public VectorWidth VectorWidth => Options.VectorWidth;

    /// <summary>Measures an operation until the returned scope is disposed, if the context has a profiler and the profiler is on.</summary>
    /// <param name="operation">The name of the operation, for instance <c>Conv2d</c>.</param>
    /// <param name="pass">The pass of the operation, for instance <c>forward</c>.</param>
    /// <param name="flops">The floating-point operations of the textbook algorithm; 0 if unknown.</param>
    public Profiler.Scope Profile(string operation, string pass, double flops = 0) =>
        Options.Profiler is { IsOn: true } profiler ? profiler.Begin(operation, pass, flops) : default;

    /// <summary>
    /// Measures a step until the returned scope is disposed. A <see cref="ProfileReport"/> averages over the steps. The report has a line
    /// for the time of a step outside of all measured operations.
    /// </summary>
    public Profiler.Scope ProfileStep() => Profile(Profiler.Step, Profiler.Rest);

    /// <summary>A summary, for instance <c>2 workers, vectors of 512 bits, 12.5 MB pooled, convolutions: automatic</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Workers.Count} workers, vectors of {(int)VectorWidth} bits, {Pool.BytesShelved / 1e6:0.#} MB pooled, "
        + $"convolutions: {ConvolutionAlgorithm?.Name ?? "automatic"}");

    /// <summary>Stops the worker threads.</summary>
    public void Dispose() => Workers.Dispose();
}
