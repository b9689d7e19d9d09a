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

    /// <summary>Fills every rented and returned buffer with NaN, so that a kernel that reads what nobody wrote is found. For tests.</summary>
    public bool FillWithNaN { get; init; }

    /// <summary>The options that the environment asks for: DEEPSHARP_WORKERS, DEEPSHARP_VECTOR_WIDTH (0, 128, 256, 512), DEEPSHARP_FILL_NAN (1).</summary>
    /// <exception cref="ArgumentException">A variable has a value that makes no sense.</exception>
    public static ComputeOptions FromEnvironment()
    {
        var options = new ComputeOptions();
        if (Number("DEEPSHARP_WORKERS") is { } workers)
            options = options with { Workers = workers >= 1 ? workers : throw new ArgumentException($"DEEPSHARP_WORKERS must be at least 1, found {workers}.") };
        if (Number("DEEPSHARP_VECTOR_WIDTH") is { } width)
        {
            if (!Enum.IsDefined((VectorWidth)width)) throw new ArgumentException($"DEEPSHARP_VECTOR_WIDTH must be 0, 128, 256 or 512, found {width}.");
            options = options with { VectorWidth = (VectorWidth)width };
        }

        return options with { FillWithNaN = Number("DEEPSHARP_FILL_NAN") == 1 };
    }

    private static int? Number(string variable)
    {
        string? text = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(text)) return null;
        return int.TryParse(text, out int value) ? value : throw new ArgumentException($"{variable} must be a whole number, found \"{text}\".");
    }
}
