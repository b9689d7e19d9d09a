namespace DeepSharp.Tensors;

/// <summary>How a <see cref="ComputeContext"/> computes.</summary>
public sealed record ComputeOptions
{
    /// <summary>The number of workers; by default one for each processor.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>The width of the kernels' vectors; by default the widest that the processor has.</summary>
    public VectorWidth VectorWidth { get; init; } = VectorWidths.Widest;

    /// <summary>The convolution algorithm to use wherever it can run the shape, by name; null lets every shape choose for itself.</summary>
    public string? ConvolutionAlgorithm { get; init; }

    /// <summary>Adds up the time of operations and passes; null measures nothing.</summary>
    public Profiler? Profiler { get; init; }

    /// <summary>Fills every rented and returned buffer with NaN, which exposes kernels that read memory before writing it. For tests.</summary>
    public bool FillWithNaN { get; init; }

    /// <summary>The options that the environment asks for: DEEPSHARP_WORKERS, DEEPSHARP_VECTOR_WIDTH (0, 128, 256, 512), DEEPSHARP_FILL_NAN (1).</summary>
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
