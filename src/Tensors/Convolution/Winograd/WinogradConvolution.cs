namespace DeepSharp.Tensors;

/// <summary>3×3 convolution with stride 1 by Winograd's minimal filtering, see <see cref="IWinogradTile"/>.</summary>
internal sealed class WinogradConvolution<TTile> : ConvolutionAlgorithm
    where TTile : struct, IWinogradTile
{
    // With very few channels the transforms cost more than the multiplications that they save.
    private const int FewestChannels = 8;

    public override string Name => TTile.Name;

    public override string Description =>
        $"Winograd F({TTile.OutputSize}×{TTile.OutputSize}, 3×3): {9.0 * TTile.OutputSize * TTile.OutputSize / WinogradTransform.Points<TTile>():0.00} times fewer multiplications; 3×3, stride 1";

    public override bool CanRun(in ConvolutionShape shape, ConvolutionPass pass) =>
        shape is { KernelHeight: 3, KernelWidth: 3, Geometry: { StrideHeight: 1, StrideWidth: 1, PaddingHeight: <= 2, PaddingWidth: <= 2 } };

    internal override bool Wins(in ConvolutionShape shape, ConvolutionPass pass, VectorWidth width) =>
        TTile.OutputSize == 4 && shape.C >= FewestChannels && shape.K >= FewestChannels;

    internal override void Forward<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool keepWeights)
    {
        var context = x.Context;
        var plan = WinogradPlan.Forward<T>(shape, TTile.OutputSize, context.VectorWidth);
        if (keepWeights)
        {
            WinogradForward.Run<TTile, T>(context, plan, x.ReadMemory(), Kept(context, plan, weights).Memory, epilogue, y.WriteMemory());
            return;
        }

        using var u = Transform(context, plan, weights, rotated: false);
        WinogradForward.Run<TTile, T>(context, plan, x.ReadMemory(), u.Memory, epilogue, y.WriteMemory());
    }

    internal override void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx)
    {
        var context = dy.Context;
        var plan = WinogradPlan.InputGradient<T>(shape, TTile.OutputSize, context.VectorWidth);
        using var u = Transform(context, plan, weights, rotated: true);
        WinogradForward.Run<TTile, T>(context, plan, dy.ReadMemory(), u.Memory, default, dx.WriteMemory());
    }

    internal override void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw)
    {
        var plan = WinogradPlan.Forward<T>(shape, TTile.OutputSize, x.Context.VectorWidth);
        WinogradWeightGradient.Run<TTile, T>(x.Context, plan, x.ReadMemory(), dy.ReadMemory(), dw.WriteMemory());
    }

    private PooledMemory<T> Kept<T>(ComputeContext context, WinogradPlan plan, Tensor<T> weights)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => weights.Derive(this, w => Transform(context, plan, w, rotated: false));

    private static PooledMemory<T> Transform<T>(ComputeContext context, WinogradPlan plan, Tensor<T> weights, bool rotated)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var u = context.Pool.Rent<T>(plan.WeightElements);
        WinogradWeights.Transform<TTile, T>(context, plan, weights.ReadMemory(), rotated, u.Memory);
        return u;
    }
}
