using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

/// <summary>Generated inputs [N,C,H,W] with windows that fit them.</summary>
internal static class PoolingCases
{
    /// <summary>Windows that touch, overlap or leave gaps, with and without padding, on maps that are not square.</summary>
    public static Gen<(Shape Input, Window2d Window)> Windows =>
        from images in Gen.Choose(1, 2)
        from channels in Gen.Choose(1, 9)
        from height in Gen.Choose(1, 3)
        from width in Gen.Choose(1, 3)
        from paddingHeight in Gen.Choose(0, height / 2)
        from paddingWidth in Gen.Choose(0, width / 2)
        from strideHeight in Gen.Choose(1, 4)
        from strideWidth in Gen.Choose(1, 4)
        from rows in Gen.Choose(Math.Max(1, height - (2 * paddingHeight)), 5)
        from columns in Gen.Choose(Math.Max(1, width - (2 * paddingWidth)), 6)
        select (
            new Shape(images, channels, rows, columns),
            new Window2d(height, width, strideHeight, strideWidth, paddingHeight, paddingWidth));
}
