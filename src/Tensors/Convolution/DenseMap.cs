namespace DeepSharp.Tensors;

/// <summary>Which tap of the kernel joins which pixel of the input to which pixel of the output.</summary>
internal readonly struct DenseMap(ConvolutionShape shape, bool reversed = false)
{
    private readonly ConvolutionShape shape = shape;

    /// <summary>The same pairs seen from the input: for its gradient sources are output pixels and targets input pixels.</summary>
    public DenseMap Reversed => new(shape, !reversed);

    /// <summary>The taps of a kernel.</summary>
    public int Taps => shape.Window.Height * shape.Window.Width;

    /// <summary>The tap that joins two pixels; −1 where the kernel does not reach.</summary>
    public int Tap(int source, int target)
    {
        var (input, output) = reversed ? (target, source) : (source, target);
        var ((p, q), (h, w)) = (Math.DivRem(output, shape.OutputWidth), Math.DivRem(input, shape.W));
        int i = h - (p * shape.Window.StrideHeight) + shape.Window.PaddingHeight, j = w - (q * shape.Window.StrideWidth) + shape.Window.PaddingWidth;
        return (uint)i < (uint)shape.Window.Height && (uint)j < (uint)shape.Window.Width ? (i * shape.Window.Width) + j : -1;
    }

    /// <summary>Whether a tap joins any two pixels at all.</summary>
    public bool IsUsed(int tap)
    {
        for (int input = 0; input < shape.H * shape.W; input++)
        {
            for (int output = 0; output < shape.OutputHeight * shape.OutputWidth; output++)
            {
                if ((reversed ? Tap(output, input) : Tap(input, output)) == tap) return true;
            }
        }

        return false;
    }
}
