using System.Numerics;

namespace DeepSharp.Tensors.Tests.Convolution;

/// <summary>
/// The three convolution passes in double, with one loop per index. Also returns each output's sum of absolute products, for the tolerance.
/// </summary>
internal static class ConvolutionReference
{
    public static (double[] Values, double[] Absolute) Compute(
        ConvolutionPass pass, in ConvolutionShape s, double[] first, double[] second) =>
        pass switch
        {
            ConvolutionPass.Forward => Sum(s, s.Output, (x, w, y) => (y, x, w), first, second),
            ConvolutionPass.InputGradient => Sum(s, s.Input, (x, w, y) => (x, y, w), first, second),
            _ => Sum(s, s.Weights, (x, w, y) => (w, x, y), first, second),
        };

    public static double[] ToDouble<T>(Tensor<T> tensor)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(tensor.ToArray(), double.CreateChecked);

    // All three passes run over the same triples of elements (x, w, y) and differ only in which of the three is the result.
    private static (double[] Values, double[] Absolute) Sum(
        in ConvolutionShape s,
        Shape result,
        Func<int, int, int, (int Target, int First, int Second)> roles,
        double[] first,
        double[] second)
    {
        double[] values = new double[result.ElementCount], absolute = new double[result.ElementCount];
        for (int n = 0; n < s.N; n++)
            for (int k = 0; k < s.K; k++)
                for (int p = 0; p < s.OutputHeight; p++)
                    for (int q = 0; q < s.OutputWidth; q++)
                        for (int c = 0; c < s.C; c++)
                            for (int i = 0; i < s.Window.Height; i++)
                                for (int j = 0; j < s.Window.Width; j++)
                                {
                                    int h = (p * s.Window.StrideHeight) + i - s.Window.PaddingHeight;
                                    int w = (q * s.Window.StrideWidth) + j - s.Window.PaddingWidth;
                                    if (h < 0 || h >= s.H || w < 0 || w >= s.W) continue;
                                    int x = (((((n * s.C) + c) * s.H) + h) * s.W) + w;
                                    int weight = (((((k * s.C) + c) * s.Window.Height) + i) * s.Window.Width) + j;
                                    int y = (((((n * s.K) + k) * s.OutputHeight) + p) * s.OutputWidth) + q;
                                    var (target, a, b) = roles(x, weight, y);
                                    double product = first[a] * second[b];
                                    values[target] += product;
                                    absolute[target] += Math.Abs(product);
                                }

        return (values, absolute);
    }
}
