using System.Globalization;

namespace DeepSharp.Tensors;

/// <summary>Where tensors live and are computed: workers, memory pool and kernels. A tensor belongs to one context as it belongs to a device in PyTorch.</summary>
/// <remarks>Operations run in the context of their inputs; tensors of two contexts do not mix. It may be used from several threads at once.</remarks>
public sealed class ComputeContext : IDisposable
{
    private static readonly Lazy<ComputeContext> Shared = new(() => new ComputeContext(ComputeOptions.FromEnvironment()));

    /// <summary>A context of its own.</summary>
    /// <param name="options">How to compute; null for the defaults.</param>
    /// <param name="kernels">The kernels; null for the CPU's. Another backend overrides the ones that it has.</param>
    /// <exception cref="ArgumentException">An unknown convolution algorithm.</exception>
    public ComputeContext(ComputeOptions? options = null, Kernels? kernels = null)
    {
        Options = options ?? new ComputeOptions();
        Workers = new Workers(Options.Workers);
        Pool = new MemoryPool(Options.FillWithNaN);
        Kernels = kernels ?? new Kernels();
        ConvolutionAlgorithm = Options.ConvolutionAlgorithm is { } name ? ConvolutionAlgorithms.Named(name) : null;
    }

    /// <summary>The context used where none is given. Its options come from the environment, see <see cref="ComputeOptions.FromEnvironment"/>.</summary>
    public static ComputeContext Default => Shared.Value;

    /// <summary>The options it was made with.</summary>
    public ComputeOptions Options { get; }

    /// <summary>The threads that kernels are spread over.</summary>
    public Workers Workers { get; }

    /// <summary>The memory of all tensors of this context.</summary>
    public MemoryPool Pool { get; }

    /// <summary>The kernels that every operation calls.</summary>
    public Kernels Kernels { get; }

    /// <summary>The convolution algorithm used wherever it can run the shape; null: every shape chooses for itself.</summary>
    public ConvolutionAlgorithm? ConvolutionAlgorithm { get; }

    /// <summary>The width of the kernels' vectors.</summary>
    public VectorWidth VectorWidth => Options.VectorWidth;

    /// <summary>Measures what happens until the result is disposed, if the options name a profiler.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="pass">Which part of it.</param>
    /// <param name="flops">The floating-point operations of the textbook algorithm, where known.</param>
    public Profiler.Scope Profile(string operation, string pass, double flops = 0) =>
        Options.Profiler is { IsOn: true } profiler ? profiler.Begin(operation, pass, flops) : default;

    /// <summary>Measures a step until the result is disposed: a <see cref="ProfileReport"/> is per step, and what no other line has is its own line.</summary>
    public Profiler.Scope ProfileStep() => Profile(Profiler.Step, Profiler.Rest);

    /// <summary>For instance <c>2 workers, vectors of 512 bits, 12.5 MB pooled, convolutions: automatic</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Workers.Count} workers, vectors of {(int)VectorWidth} bits, {Pool.BytesShelved / 1e6:0.#} MB pooled, convolutions: {ConvolutionAlgorithm?.Name ?? "automatic"}");

    /// <summary>Ends the worker threads.</summary>
    public void Dispose() => Workers.Dispose();
}
