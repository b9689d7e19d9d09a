namespace DeepSharp.Tensors;

/// <summary>
/// The sliding or adaptive windows along one axis: output o covers the inputs <see cref="Start"/>(o) to <see cref="End"/>(o) − 1.
/// </summary>
internal readonly struct WindowAxis
{
    private readonly int stride, padding;

    private WindowAxis(int inputs, int outputs, int kernel = 0, int stride = 0, int padding = 0) =>
        (Inputs, Outputs, Kernel, this.stride, this.padding) = (inputs, outputs, kernel, stride, padding);

    /// <summary>The length of the input.</summary>
    public int Inputs { get; }

    /// <summary>The length of the output.</summary>
    public int Outputs { get; }

    /// <summary>The length of the window; 0 for adaptive windows, whose lengths vary.</summary>
    public int Kernel { get; }

    /// <summary>Both axes of a window over maps [N, C, H, W].</summary>
    /// <exception cref="ArgumentOutOfRangeException">The window has a size or stride below 1, or a padding below 0.</exception>
    /// <exception cref="ShapeException">The input is not of rank 4, or its padded maps are smaller than the window.</exception>
    public static (WindowAxis Vertical, WindowAxis Horizontal) Of(Window2d window, Shape input, string operation)
    {
        if (window.Height < 1 || window.Width < 1 || window.StrideHeight < 1 || window.StrideWidth < 1)
            throw new ArgumentOutOfRangeException(nameof(window), $"{operation}: window and stride must be at least 1, found {window}.");
        if (window.PaddingHeight < 0 || window.PaddingWidth < 0)
            throw new ArgumentOutOfRangeException(nameof(window), $"{operation}: the padding must be at least 0, found {window}.");
        if (input.Rank != 4) throw new ShapeException($"{operation}: the input must be [N, C, H, W], found {input}.");
        if (input[2] + (2 * window.PaddingHeight) < window.Height || input[3] + (2 * window.PaddingWidth) < window.Width)
        {
            throw new ShapeException(
                $"{operation}: a window of {window.Height}×{window.Width} does not fit into {input[2]}×{input[3]} pixels"
                + (window.PaddingHeight + window.PaddingWidth > 0 ? $" with a padding of {window.PaddingHeight}×{window.PaddingWidth}" : "")
                + "; use a larger image or fewer pooling layers.");
        }

        return (
            Sliding(input[2], window.Height, window.StrideHeight, window.PaddingHeight),
            Sliding(input[3], window.Width, window.StrideWidth, window.PaddingWidth));
    }

    /// <summary>Like <see cref="Of"/>, for pooling: the padding is at most half the window, so every window contains a pixel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The window has a size or stride below 1, or a padding below 0 or above half the window.
    /// </exception>
    /// <exception cref="ShapeException">The input is not of rank 4, or its padded maps are smaller than the window.</exception>
    public static (WindowAxis Vertical, WindowAxis Horizontal) OfPooling(Window2d window, Shape input, string operation) =>
        window.PaddingHeight <= window.Height / 2 && window.PaddingWidth <= window.Width / 2
            ? Of(window, input, operation)
            : throw new ArgumentOutOfRangeException(
                nameof(window), $"{operation}: the padding must be at most half the window, found {window}.");

    /// <summary>PyTorch's adaptive windows: ⌊o·inputs/outputs⌋ to ⌈(o+1)·inputs/outputs⌉ − 1. They may overlap.</summary>
    public static WindowAxis Adaptive(int inputs, int outputs) => new(inputs, outputs);

    /// <summary>The start of a window of fixed length; negative if the window begins in the padding before the input.</summary>
    public int Origin(int output) => (output * stride) - padding;

    /// <summary>The first input in the window of an output.</summary>
    public int Start(int output) => Kernel == 0 ? (int)((long)output * Inputs / Outputs) : Math.Max(Origin(output), 0);

    /// <summary>One past the last input in the window of an output.</summary>
    public int End(int output) => Kernel == 0
        ? (int)((((output + 1L) * Inputs) + Outputs - 1) / Outputs)
        : Math.Min(Origin(output) + Kernel, Inputs);

    private static WindowAxis Sliding(int inputs, int kernel, int stride, int padding) =>
        new(inputs, ((inputs + (2 * padding) - kernel) / stride) + 1, kernel, stride, padding);
}
