namespace DeepSharp.Tensors;

/// <summary>The settings of a <see cref="ComputeContext"/>.</summary>
public sealed record ComputeOptions
{
    /// <summary>The number of workers; by default one per logical processor.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>The vector width of the kernels; by default the widest that the processor supports.</summary>
    public VectorWidth VectorWidth { get; init; } = VectorWidths.Widest;

    /// <summary>The name of the convolution algorithm to use for every shape that it supports; null to choose one for each shape.</summary>
    public string? ConvolutionAlgorithm { get; init; }

    /// <summary>The profiler that measures the operations; null to measure nothing.</summary>
    public Profiler? Profiler { get; init; }

    /// <summary>
    /// For tests: fills rented and returned buffers with NaN, and integer buffers with one bits. This exposes kernels that read memory
    /// before writing it.
    /// </summary>
    public bool FillWithNaN { get; init; }

    /// <summary>
    /// The default options, except where an environment variable sets another value: DEEPSHARP_WORKERS, DEEPSHARP_VECTOR_WIDTH (0 for
    /// scalar, 128, 256 or 512), DEEPSHARP_FILL_NAN (1 to fill).
    /// </summary>
    /// <exception cref="ArgumentException">A variable has an invalid value.</exception>
    public static ComputeOptions FromEnvironment()
    {
        var options = new ComputeOptions();
        return options with
        {
            Workers = Number("DEEPSHARP_WORKERS", "at least 1", count => count >= 1) ?? options.Workers,
            VectorWidth = (VectorWidth?)Number("DEEPSHARP_VECTOR_WIDTH", "0, 128, 256 or 512", width => Enum.IsDefined((VectorWidth)width))
                ?? options.VectorWidth,
            FillWithNaN = Number("DEEPSHARP_FILL_NAN", "a whole number", _ => true) == 1,
        };
    }

    private static int? Number(string variable, string expected, Predicate<int> isValid)
    {
        string? text = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(text)) return null;
        return int.TryParse(text, out int value) && isValid(value)
            ? value
            : throw new ArgumentException($"{variable} must be {expected}, found \"{text}\".", nameof(variable));
    }
}
