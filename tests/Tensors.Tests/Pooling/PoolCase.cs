using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Pooling;

/// <summary>A generated test case: the shape of an input [N,C,H,W], a window that fits it, and the seed of the elements.</summary>
public sealed record PoolCase(Shape Input, Window2d Window, int Seed)
{
    /// <summary>
    /// Maps that need not be square, channel counts around the vector widths, and windows that touch, overlap or leave gaps, with and
    /// without padding.
    /// </summary>
    public static Arbitrary<PoolCase> Arbitrary => Arb.From(
        from images in Gen.Choose(1, 3)
        from channels in Gen.Elements(1, 3, 17, 130)
        from height in Gen.Choose(1, 4)
        from width in Gen.Choose(1, 4)
        from paddingHeight in Gen.Choose(0, height / 2)
        from paddingWidth in Gen.Choose(0, width / 2)
        from strideHeight in Gen.Choose(1, 5)
        from strideWidth in Gen.Choose(1, 5)
        from rows in Gen.Choose(Math.Max(1, height - (2 * paddingHeight)), 9)
        from columns in Gen.Choose(Math.Max(1, width - (2 * paddingWidth)), 9)
        from seed in Gen.Choose(1, int.MaxValue)
        select new PoolCase(
            [images, channels, rows, columns], new(height, width, strideHeight, strideWidth, paddingHeight, paddingWidth), seed));

    /// <summary>The shape of the output, by PyTorch's formula.</summary>
    public Shape Output => [Input[0], Input[1],
        ((Input[2] + (2 * Window.PaddingHeight) - Window.Height) / Window.StrideHeight) + 1,
        ((Input[3] + (2 * Window.PaddingWidth) - Window.Width) / Window.StrideWidth) + 1];

    /// <summary>A tensor of normally distributed values.</summary>
    public Tensor<T> Normal<T>(Shape shape, string name, VectorWidth width)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> =>
        Tensor<T>.RandomNormal(shape, new RandomStream(Seed, name), context: TestContexts.Of(width));

    /// <summary>The input positions in the window of output (i, j), without padding, in row-major order.</summary>
    public IEnumerable<(int H, int W)> Positions(int i, int j)
    {
        for (int h = (i * Window.StrideHeight) - Window.PaddingHeight, h1 = h + Window.Height; h < h1; h++)
        {
            for (int w = (j * Window.StrideWidth) - Window.PaddingWidth, w1 = w + Window.Width; w < w1; w++)
            {
                if (h >= 0 && h < Input[2] && w >= 0 && w < Input[3]) yield return (h, w);
            }
        }
    }
}
