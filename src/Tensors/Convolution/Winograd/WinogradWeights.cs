using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>Transforms weights [K, C, 3, 3] into u = G w Gᵀ. Depths are the channels over which the products sum.</summary>
internal static class WinogradWeights
{
    /// <summary>Transforms all weights into [points][panels][depth][2 vectors].</summary>
    /// <param name="plan">The plan. Its K is the number of columns of all panels without padding, and its C is the depth.</param>
    /// <param name="weights">The weights of the convolution in storage order, [K][3][3][C].</param>
    /// <param name="rotated">
    /// Set for the input gradient: the depth is the K of the convolution, the columns are its C, and the kernel is rotated by 180°.
    /// </param>
    /// <returns>The transformed weights, owned by the caller.</returns>
    public static PooledMemory<T> Transform<TTile, T>(WinogradPlan plan, Tensor<T> weights, bool rotated)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var context = weights.Context;
        var transformed = context.Pool.Rent<T>(plan.Points * plan.WeightStep);
        var (source, u) = (weights.ReadMemory(), transformed.Memory);
        int depthBlocks = (plan.C + Tuning.WinogradDepths - 1) / Tuning.WinogradDepths;
        context.Workers.Run(plan.Panels * depthBlocks, 1, (task, _) =>
        {
            var (panel, block) = Math.DivRem(task, depthBlocks);
            var target = u.Span[(((panel * plan.C) + (block * Tuning.WinogradDepths)) * plan.PanelColumns)..];
            SimdDispatch.Run<T, Action<TTile, T>>(
                context.VectorWidth, new(plan, source.Span, rotated, panel, block * Tuning.WinogradDepths, target, plan.WeightStep));
        });
        return transformed;
    }

    /// <summary>Transforms one panel and at most <see cref="Tuning.WinogradDepths"/> depths into [points][depth][2 vectors].</summary>
    public static void Transform<TTile, TSimd, TVector, T>(
        in WinogradPlan plan, ReadOnlySpan<T> weights, bool rotated, int panel, int firstDepth, Span<T> u, int pointStep)
        where TTile : struct, IWinogradTile
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T> =>
        new Action<TTile, T>(plan, weights, rotated, panel, firstDepth, u, pointStep).Run<TSimd, TVector>();

    private readonly ref struct Action<TTile, T>(
        WinogradPlan plan, ReadOnlySpan<T> weights, bool rotated, int panel, int firstDepth, Span<T> u, int pointStep) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> weights = weights;
        private readonly Span<T> u = u;

        void ISimdAction<T>.Invoke<TSimd, TVector>() => Run<TSimd, TVector>();

        [SkipLocalsInit]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int depths = Math.Min(Tuning.WinogradDepths, plan.C - firstDepth), columns = plan.PanelColumns;
            Span<T> gathered = StackMemory.Align(stackalloc T[(9 * Tuning.WinogradDepths * columns) + StackMemory.Slack<T>()]);
            ref readonly T taps = ref MemoryMarshal.GetReference(gathered);
            nint tap = Tuning.WinogradDepths * columns, step = columns;
            if (!rotated)
            {
                Gather(gathered, depths);
            }
            else if ((panel + 1) * columns <= plan.K)
            {
                // A full panel of the rotated kernel is read in place, from the last tap to the first.
                taps = ref weights[(((firstDepth * 9) + 8) * plan.K) + (panel * columns)];
                (tap, step) = (-plan.K, 9 * plan.K);
            }
            else
            {
                GatherRotated(gathered, depths);
            }

            int size = WinogradTransform.InputSize<TTile>();
            nint point = pointStep;
            Span<T> between = StackMemory.Align(stackalloc T[(3 * size * TSimd.Width) + StackMemory.Slack<T>()]);
            for (int depth = 0; depth < depths; depth++)
            {
                // Gathered taps are in the cache. Rotated taps that are read in place are prefetched two depths ahead.
                if (tap < 0) CacheHint.PrefetchRows(in Unsafe.Add(ref Unsafe.AsRef(in taps), depth * step), 2 * step, 9, tap, columns);
                for (int lane = 0; lane < columns; lane += TSimd.Width)
                {
                    WinogradTransform.Apply<WinogradTransform.Weights<TTile>, TSimd, TVector, T>(
                        in Unsafe.Add(ref Unsafe.AsRef(in taps), (depth * step) + lane), 3 * tap, tap,
                        ref MemoryMarshal.GetReference(between), ref u[(depth * columns) + lane], size * point, point);
                }
            }
        }

        /// <summary>Transposes [K][9][C] into nine planes [depth][columns]. The columns are output channels.</summary>
        private void Gather(Span<T> planes, int depths)
        {
            int columns = plan.PanelColumns, present = Math.Min(columns, plan.K - (panel * columns));
            if (present < columns) planes.Clear();
            // Tap by tap, so that the plane that is being written stays in the first-level cache.
            for (int tap = 0; tap < 9; tap++)
            {
                for (int column = 0; column < present; column++)
                {
                    var run = weights.Slice((((((panel * columns) + column) * 9) + tap) * plan.C) + firstDepth, depths);
                    int target = (tap * Tuning.WinogradDepths * columns) + column;
                    // Prefetch the same run of the next tap.
                    CacheHint.PrefetchRows(in run[0], plan.C, 1, 0, depths);
                    for (int depth = 0; depth < run.Length; depth++, target += columns) planes[target] = run[depth];
                }
            }
        }

        /// <summary>Copies the rotated kernel into nine planes [depth][columns]. The columns are contiguous input channels.</summary>
        private void GatherRotated(Span<T> planes, int depths)
        {
            int columns = plan.PanelColumns, present = Math.Min(columns, plan.K - (panel * columns));
            if (present < columns) planes.Clear();
            for (int depth = 0; depth < depths; depth++)
            {
                for (int tap = 0; tap < 9; tap++)
                {
                    weights.Slice(((((firstDepth + depth) * 9) + 8 - tap) * plan.K) + (panel * columns), present)
                        .CopyTo(planes[(((tap * Tuning.WinogradDepths) + depth) * columns)..]);
                }
            }
        }
    }
}
