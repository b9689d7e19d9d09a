namespace DeepSharp.Tensors;

/// <summary>3×3 convolution with stride 1 by Winograd's minimal filtering, see <see cref="IWinogradTile"/>.</summary>
internal sealed class WinogradConvolution<TTile> : ConvolutionAlgorithm
    where TTile : struct, IWinogradTile
{
    // With very few channels the transforms cost more than the multiplications that they save. With very few pixels reading the weights is all that
    // counts, and those transformed for 4×4 tiles are four times as large, for 2×2 tiles not twice: with few pixels these win, with fewer im2col.
    private const int FewestChannels = 8;
    private const int FewestPixels = 17;

    // What channels may be rounded up by, in the longest vectors; a long, for products that are compared with the longest array.
    private const long LongestPanel = 64;

    public override string Name => TTile.Name;

    public override string Description =>
        $"Winograd F({TTile.OutputSize}×{TTile.OutputSize}, 3×3): {WinogradTransform.Points<TTile>()} multiplications instead of {9 * TTile.OutputSize * TTile.OutputSize}; 3×3, stride 1";

    public override bool CanRun(in ConvolutionShape shape, ConvolutionPass pass) =>
        shape.Window is { Height: 3, Width: 3, StrideHeight: 1, StrideWidth: 1, PaddingHeight: <= 2, PaddingWidth: <= 2 }
        && WinogradTransform.Points<TTile>() * (shape.C + LongestPanel) * (shape.K + LongestPanel) <= Array.MaxLength;

    internal override bool Wins(in ConvolutionShape shape, ConvolutionPass pass, VectorWidth width) =>
        shape.C >= FewestChannels && shape.K >= FewestChannels && (shape.N * shape.OutputHeight * shape.OutputWidth) switch
        {
            < FewestPixels => false,
            <= PackedProducts.MostRows => TTile.OutputSize == 2,
            _ => TTile.OutputSize == 4,
        };

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
        var (context, target) = (x.Context, dw.WriteMemory());
        var plan = WinogradPlan.Forward<T>(shape, TTile.OutputSize, context.VectorWidth);
        var operands = new WinogradGradientOperands<T>(plan, x.ReadMemory(), dy.ReadMemory());
        using var rented = context.Pool.RentScratch<T>(operands.Parts * operands.SumElements);
        var sums = rented.Memory;
        if (operands.Parts > 1) WinogradWeightGradient.RunParts<TTile, T>(context, operands, sums);
        else WinogradWeightGradient.RunStages<TTile, T>(context, operands, sums);
        context.Workers.Run(plan.K, 1, (k, _) =>
            SimdDispatch.Run<T, WinogradWeightGradient.Weights<TTile, T>>(context.VectorWidth, new(operands, sums, target, k)));
    }
}
