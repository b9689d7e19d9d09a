namespace DeepSharp.Tensors;

/// <summary>The window of a convolution or a pooling over maps [N, C, H, W]: size, strides and padding, in pixels.</summary>
/// <param name="Height">The height of the window.</param>
/// <param name="Width">The width of the window.</param>
/// <param name="StrideHeight">Rows from one position of the window to the next.</param>
/// <param name="StrideWidth">Columns from one position of the window to the next.</param>
/// <param name="PaddingHeight">Rows of padding above and below the map.</param>
/// <param name="PaddingWidth">Columns of padding left and right of the map.</param>
/// <remarks>Along each axis the output has ⌊(length + 2·padding − window) / stride⌋ + 1 positions, as in PyTorch.</remarks>
public readonly record struct Window2d(
    int Height, int Width, int StrideHeight = 1, int StrideWidth = 1, int PaddingHeight = 0, int PaddingWidth = 0)
{
    /// <summary>The number of pixels in the window.</summary>
    internal int Area => checked(Height * Width);

    /// <summary>A square window with the same stride and padding for height and width.</summary>
    /// <param name="kernel">The height and width of the window.</param>
    /// <param name="stride">Pixels from one position of the window to the next.</param>
    /// <param name="padding">The padding on every side.</param>
    public static Window2d Square(int kernel, int stride, int padding = 0) => new(kernel, kernel, stride, stride, padding, padding);

    /// <summary>The window of convolution weights [K, C, kH, kW].</summary>
    /// <exception cref="ShapeException">The weights are not of rank 4.</exception>
    public static Window2d Of(Shape weights, int stride = 1, int padding = 0) => weights.Rank == 4
        ? new(weights[2], weights[3], stride, stride, padding, padding)
        : throw new ShapeException($"Conv2d: expected weights [K, C, kH, kW], found {weights}.");

    /// <summary>Size, stride and padding: <c>2×2, stride 2×2, padding 0×0</c>.</summary>
    public override string ToString() => $"{Height}×{Width}, stride {StrideHeight}×{StrideWidth}, padding {PaddingHeight}×{PaddingWidth}";
}
