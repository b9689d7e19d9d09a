namespace DeepSharp.Tensors;

/// <summary>3×3 convolution with stride 1 and padding up to 2 by Winograd's minimal filtering, see <see cref="IWinogradTile"/>.</summary>
internal sealed class WinogradConvolution<TTile> : ConvolutionAlgorithm
    where TTile : struct, IWinogradTile
{
    // Rounding up to whole panels adds at most this many channels to the transformed weights, which must fit an array. A long, so that
    // the product in CanRun does not overflow.
    private const long MaxPanelColumns = 64;

    public override string Name => TTile.Name;

    public override string Description =>
        $"Winograd F({TTile.OutputSize}×{TTile.OutputSize}, 3×3): {WinogradTransform.Points<TTile>()} multiplications instead of "
        + $"{9 * TTile.OutputSize * TTile.OutputSize}; 3×3, stride 1";

    public override bool CanRun(in ConvolutionShape shape, ConvolutionPass pass) =>
        shape.Window is { Height: 3, Width: 3, StrideHeight: 1, StrideWidth: 1, PaddingHeight: <= 2, PaddingWidth: <= 2 }
        && WinogradTransform.Points<TTile>() * (shape.C + MaxPanelColumns) * (shape.K + MaxPanelColumns) <= Array.MaxLength;

    internal override void Forward<T>(
        in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool cacheWeights)
    {
        var plan = WinogradPlan.Forward<T>(shape, TTile.OutputSize, x.Context.VectorWidth);
        var cached = cacheWeights ? weights.Derive(this, w => WinogradWeights.Transform<TTile, T>(plan, w, rotated: false)) : null;
        WinogradForward.Run<TTile, T>(x.Context, plan, x, weights, rotated: false, cached, epilogue, y);
    }

    internal override void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx)
    {
        var plan = WinogradPlan.InputGradient<T>(shape, TTile.OutputSize, dy.Context.VectorWidth);
        WinogradForward.Run<TTile, T>(dy.Context, plan, dy, weights, rotated: true, cached: null, default, dx);
    }

    internal override void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw)
    {
        var plan = WinogradPlan.Forward<T>(shape, TTile.OutputSize, x.Context.VectorWidth);
        WinogradWeightGradient.Run<TTile, T>(x.Context, new(plan, x.ReadMemory(), dy.ReadMemory()), dw.WriteMemory());
    }
}
