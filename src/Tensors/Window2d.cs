namespace DeepSharp.Tensors;

/// <summary>The window of a convolution or pooling operation over maps [N, C, H, W]: size, strides and padding, in pixels.</summary>
/// <param name="Height">The height of the window.</param>
/// <param name="Width">The width of the window.</param>
/// <param name="StrideHeight">Rows from one position of the window to the next one below.</param>
/// <param name="StrideWidth">Columns from one position of the window to the next one on the right.</param>
/// <param name="PaddingHeight">Rows of padding above the map, and again below it.</param>
/// <param name="PaddingWidth">Columns of padding to the left of the map, and again to its right.</param>
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

    /// <summary>The window of a convolution with weights [K, C, kH, kW]. Stride and padding are the same for height and width.</summary>
    /// <exception cref="ShapeException">The weights are not of rank 4.</exception>
    public static Window2d Of(Shape weights, int stride = 1, int padding = 0) => weights.Rank == 4
        ? new(weights[2], weights[3], stride, stride, padding, padding)
        : throw new ShapeException($"Conv2d: expected weights [K, C, kH, kW], found {weights}.");

    /// <summary>The output shape of pooling with this window for an input [N, C, H, W].</summary>
    /// <param name="input">The shape of the input.</param>
    /// <param name="operation">The operation to name in error messages.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The window has a size or stride below 1, or a padding below 0 or above half the window.
    /// </exception>
    /// <exception cref="ShapeException">The input is not of rank 4, or its padded maps are smaller than the window.</exception>
    public Shape OutputShape(Shape input, string operation)
    {
        var (vertical, horizontal) = WindowAxis.OfPooling(this, input, operation);
        return [input[0], input[1], vertical.Outputs, horizontal.Outputs];
    }

    /// <summary>For instance <c>3×3, stride 2, padding 1</c>; if height and width differ, for instance <c>stride 2×1</c>.</summary>
    public override string ToString()
    {
        return $"{Height}×{Width}, stride {Both(StrideHeight, StrideWidth)}, padding {Both(PaddingHeight, PaddingWidth)}";

        static string Both(int vertical, int horizontal) => vertical == horizontal ? $"{vertical}" : $"{vertical}×{horizontal}";
    }
}
