namespace DeepSharp.Tensors;

/// <summary>How a window moves over an image: its steps and the zeros added around, for height and width.</summary>
public readonly record struct ConvolutionGeometry(int StrideHeight, int StrideWidth, int PaddingHeight, int PaddingWidth)
{
    /// <summary>The same for height and width.</summary>
    public ConvolutionGeometry(int stride, int padding)
        : this(stride, stride, padding, padding)
    {
    }
}
