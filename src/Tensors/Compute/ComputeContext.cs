using System.Globalization;

namespace DeepSharp.Tensors;

/// <summary>
/// The workers, memory pool and kernels that store and compute tensors. A tensor belongs to one context, as it belongs to one device in
/// PyTorch.
/// </summary>
/// <remarks>
/// An operation runs in the context of its inputs, which must all belong to the same context. A context is safe to use from several
/// threads at once.
/// </remarks>
public sealed class ComputeContext : IDisposable
{
    private static readonly Lazy<ComputeContext> Shared = new(() => new ComputeContext(ComputeOptions.FromEnvironment()));

    /// <summary>Creates a context.</summary>
    /// <param name="options">How to compute; null for the defaults.</param>
    /// <param name="kernels">The kernels; null for the CPU kernels. A backend overrides the kernels that it implements.</param>
    /// <exception cref="ArgumentException">The convolution algorithm is unknown.</exception>
    public ComputeContext(ComputeOptions? options = null, Kernels? kernels = null)
    {
        Options = options ?? new ComputeOptions();
        Workers = new Workers(Options.Workers);
        Pool = new MemoryPool(Options.FillWithNaN);
        Kernels = kernels ?? new Kernels();
        ConvolutionAlgorithm = Options.ConvolutionAlgorithm is { } name ? ConvolutionAlgorithms.Named(name) : null;
    }

    /// <summary>The context used where none is given. Its options come from <see cref="ComputeOptions.FromEnvironment"/>.</summary>
    public static ComputeContext Default => Shared.Value;

    /// <summary>The options of this context.</summary>
    public ComputeOptions Options { get; }

    /// <summary>The threads that run the kernels.</summary>
    public Workers Workers { get; }

    /// <summary>The pool that holds the memory of all tensors of this context.</summary>
    public MemoryPool Pool { get; }

    /// <summary>The kernels that every operation calls.</summary>
    public Kernels Kernels { get; }

    /// <summary>The convolution algorithm used wherever it can run the shape; null to choose an algorithm for each shape.</summary>
    public ConvolutionAlgorithm? ConvolutionAlgorithm { get; }

    /// <summary>The vector width of the kernels.</summary>
    public VectorWidth VectorWidth => Options.VectorWidth;

    /// <summary>Measures an operation until the result is disposed; does nothing without a profiler.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="pass">The pass of the operation.</param>
    /// <param name="flops">The floating-point operations of the textbook algorithm, where known.</param>
    public Profiler.Scope Profile(string operation, string pass, double flops = 0) =>
        Options.Profiler is { IsOn: true } profiler ? profiler.Begin(operation, pass, flops) : default;

    /// <summary>
    /// Measures a step until the result is disposed. The figures of a <see cref="ProfileReport"/> are per step. Time within the step that
    /// no operation accounts for has its own line.
    /// </summary>
    public Profiler.Scope ProfileStep() => Profile(Profiler.Step, Profiler.Rest);

    /// <summary>For instance <c>2 workers, vectors of 512 bits, 12.5 MB pooled, convolutions: automatic</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Workers.Count} workers, vectors of {(int)VectorWidth} bits, {Pool.BytesShelved / 1e6:0.#} MB pooled, "
        + $"convolutions: {ConvolutionAlgorithm?.Name ?? "automatic"}");

    /// <summary>Stops the worker threads.</summary>
    public void Dispose() => Workers.Dispose();
}
