namespace DeepSharp.Tensors;

/// <summary>Maps each pair of an input and an output pixel to the tap, the position in the kernel, that connects them, if any.</summary>
internal readonly struct DenseMap(ConvolutionShape shape, bool reversed = false)
{
    private readonly ConvolutionShape shape = shape;

    /// <summary>The same pairs with exchanged roles, for the input gradient: sources are output pixels, targets are input pixels.</summary>
    public DenseMap Reversed => new(shape, !reversed);

    /// <summary>The number of taps of the kernel.</summary>
    public int Taps => shape.Window.Height * shape.Window.Width;

    /// <summary>The tap that connects two pixels, i·kW + j for kernel row i and column j; −1 if there is none.</summary>
    public int Tap(int source, int target)
    {
        var (input, output) = reversed ? (target, source) : (source, target);
        var ((p, q), (h, w)) = (Math.DivRem(output, shape.OutputWidth), Math.DivRem(input, shape.W));
        int i = h - (p * shape.Window.StrideHeight) + shape.Window.PaddingHeight;
        int j = w - (q * shape.Window.StrideWidth) + shape.Window.PaddingWidth;
        return (uint)i < (uint)shape.Window.Height && (uint)j < (uint)shape.Window.Width ? (i * shape.Window.Width) + j : -1;
    }

    /// <summary>Whether a tap connects at least one pair of pixels.</summary>
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
