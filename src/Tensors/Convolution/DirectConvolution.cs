using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>The definition, loop by loop: the reference that the other algorithms are compared with.</summary>
/// <remarks>
/// y[n,k,p,q] = Σ c,i,j  x[n, c, p·s + i − pad, q·s + j − pad] · w[k,c,i,j]. The channels of x and w are contiguous, so the sum
/// over c is a dot product of two contiguous runs.
/// </remarks>
internal sealed class DirectConvolution : ConvolutionAlgorithm
{
    public override string Name => "direct";

    public override string Description => "the definition, loop by loop; the reference";

    public override bool CanRun(in ConvolutionShape shape, ConvolutionPass pass) => true;

    internal override void Forward<T>(
        in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool cacheWeights)
    {
        var s = shape;
        var (input, kernel, output) = (x.ReadMemory(), weights.ReadMemory(), y.WriteMemory());
        x.Context.Workers.Run(s.N * s.OutputHeight, 1, (row, _) =>
        {
            var (n, p) = (row / s.OutputHeight, row % s.OutputHeight);
            var pixels = output.Span.Slice(row * s.OutputWidth * s.K, s.OutputWidth * s.K);
            for (int q = 0; q < s.OutputWidth; q++)
            {
                for (int k = 0; k < s.K; k++)
                {
                    T sum = T.Zero;
                    foreach (var (i, j, h, w) in Window(s, p, q))
                        sum += TensorPrimitives.Dot(Channels(input.Span, s, n, h, w), KernelChannels(kernel.Span, s, k, i, j));
                    pixels[(q * s.K) + k] = sum;
                }

                epilogue.Apply(pixels.Slice(q * s.K, s.K), firstChannel: 0);
            }
        });
    }

    internal override void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx)
    {
        var s = shape;
        var (upstream, kernel, gradient) = (dy.ReadMemory(), weights.ReadMemory(), dx.WriteMemory());
        dx.Context.Workers.Run(s.N, 1, (n, _) =>
        {
            gradient.Span.Slice(n * s.H * s.W * s.C, s.H * s.W * s.C).Clear();
            for (int p = 0; p < s.OutputHeight; p++)
            {
                for (int q = 0; q < s.OutputWidth; q++)
                {
                    var pixel = upstream.Span.Slice(((((n * s.OutputHeight) + p) * s.OutputWidth) + q) * s.K, s.K);
                    foreach (var (i, j, h, w) in Window(s, p, q))
                    {
                        var target = gradient.Span.Slice(((((n * s.H) + h) * s.W) + w) * s.C, s.C);
                        for (int k = 0; k < s.K; k++)
                            TensorPrimitives.MultiplyAdd(KernelChannels(kernel.Span, s, k, i, j), pixel[k], target, target);
                    }
                }
            }
        });
    }

    internal override void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw)
    {
        var s = shape;
        var (input, upstream, gradient) = (x.ReadMemory(), dy.ReadMemory(), dw.WriteMemory());
        dw.Context.Workers.Run(s.K, 1, (k, _) =>
        {
            var target = gradient.Span.Slice(k * s.PatchLength, s.PatchLength);
            target.Clear();
            for (int n = 0; n < s.N; n++)
            {
                for (int p = 0; p < s.OutputHeight; p++)
                {
                    for (int q = 0; q < s.OutputWidth; q++)
                    {
                        T factor = upstream.Span[(((((n * s.OutputHeight) + p) * s.OutputWidth) + q) * s.K) + k];
                        foreach (var (i, j, h, w) in Window(s, p, q))
                        {
                            var sum = target.Slice(((i * s.Window.Width) + j) * s.C, s.C);
                            TensorPrimitives.MultiplyAdd(Channels(input.Span, s, n, h, w), factor, sum, sum);
                        }
                    }
                }
            }
        });
    }

    private static ReadOnlySpan<T> Channels<T>(ReadOnlySpan<T> x, in ConvolutionShape s, int n, int h, int w) =>
        x.Slice(((((n * s.H) + h) * s.W) + w) * s.C, s.C);

    private static ReadOnlySpan<T> KernelChannels<T>(ReadOnlySpan<T> weights, in ConvolutionShape s, int k, int i, int j) =>
        weights.Slice(((((k * s.Window.Height) + i) * s.Window.Width) + j) * s.C, s.C);

    private static WindowEnumerator Window(in ConvolutionShape s, int p, int q) => new(s, p, q);

    /// <summary>The taps (i, j) of the window at output (p, q), each with its image pixel (h, w). Padding is skipped.</summary>
    private struct WindowEnumerator(ConvolutionShape s, int p, int q)
    {
        private int tap = -1;

        public (int I, int J, int H, int W) Current { get; private set; }

        public readonly WindowEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            while (++tap < s.Window.Height * s.Window.Width)
            {
                var (i, j) = (tap / s.Window.Width, tap % s.Window.Width);
                int h = (p * s.Window.StrideHeight) + i - s.Window.PaddingHeight;
                int w = (q * s.Window.StrideWidth) + j - s.Window.PaddingWidth;
                if ((uint)h >= (uint)s.H || (uint)w >= (uint)s.W) continue;
                Current = (i, j, h, w);
                return true;
            }

            return false;
        }
    }
}
