using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>One step of stochastic gradient descent as PyTorch defines it, in one pass over weight, gradient and velocity.</summary>
internal static class SgdKernel
{
    /// <summary>
    /// d = g + decay · w. With momentum, v = momentum · v + (1 − dampening) · d (v = d in the first step), and then d = v, or
    /// d = d + momentum · v with Nesterov momentum. Finally w −= rate · d.
    /// </summary>
    /// <param name="weight">w, updated in place.</param>
    /// <param name="gradient">g, unchanged.</param>
    /// <param name="velocity">v, updated in place, not read in the first step; null without momentum.</param>
    /// <param name="update">The hyperparameters.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static void Run<T>(Tensor<T> weight, Tensor<T> gradient, Tensor<T>? velocity, SgdUpdate update)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var profile = weight.Context.Profile("Sgd", "step");
        if (gradient.Shape != weight.Shape || (velocity is not null && velocity.Shape != weight.Shape))
        {
            throw new ShapeException(
                $"SgdStep: weight {weight.Shape}, gradient {gradient.Shape} and velocity {velocity?.Shape} must have the same shape.");
        }

        // Most parameters are biases or scales and fit in one block. This path allocates nothing.
        if (weight.ElementCount <= Tuning.BlockElements)
        {
            SimdLoop.Run<T, Step<T>>(
                weight.Context.VectorWidth,
                weight.ElementCount,
                new(weight.Write(), gradient.Read(), velocity is null ? default : velocity.Write(), update));
        }
        else
        {
            RunInBlocks(weight.Context, weight.WriteMemory(), gradient.ReadMemory(), velocity?.WriteMemory() ?? default, update);
        }
    }

    private static void RunInBlocks<T>(
        ComputeContext context, Memory<T> weight, ReadOnlyMemory<T> gradient, Memory<T> velocity, SgdUpdate update)
        where T : unmanaged, IFloatingPointIeee754<T> => context.Workers.Run(weight.Length, Tuning.BlockElements, (from, count) =>
        {
            var velocities = velocity.IsEmpty ? default : velocity.Span.Slice(from, count);
            SimdLoop.Run<T, Step<T>>(
                context.VectorWidth, count, new(weight.Span.Slice(from, count), gradient.Span.Slice(from, count), velocities, update));
        });

    private readonly ref struct Step<T>(Span<T> weight, ReadOnlySpan<T> gradient, Span<T> velocity, SgdUpdate update) : ISimdLoop<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly Span<T> weight = weight, velocity = velocity;
        private readonly ReadOnlySpan<T> gradient = gradient;

        void ISimdLoop<T>.Run<TSimd, TVector>(nint from, nint to)
        {
            ref T w = ref weight.GetPinnableReference();
            ref T v = ref velocity.GetPinnableReference();
            ref readonly T g = ref gradient.GetPinnableReference();
            var step = TSimd.Broadcast(T.CreateTruncating(-update.LearningRate));
            var decay = TSimd.Broadcast(T.CreateTruncating(update.WeightDecay));
            var momentum = TSimd.Broadcast(T.CreateTruncating(update.Momentum));
            var gradientFactor = TSimd.Broadcast(T.CreateTruncating(1 - update.Dampening));
            bool hasVelocity = !velocity.IsEmpty, isFirst = update.IsFirst, nesterov = update.Nesterov;
            for (nint i = from; i < to; i += TSimd.Width)
            {
                var value = TSimd.Load(in w, i);
                var slope = TSimd.MultiplyAdd(decay, value, TSimd.Load(in g, i));
                if (hasVelocity)
                {
                    // The first velocity is d, without dampening. The old velocity, which may be uninitialized, is not read.
                    var newVelocity = isFirst
                        ? slope
                        : TSimd.MultiplyAdd(momentum, TSimd.Load(in v, i), TSimd.Multiply(gradientFactor, slope));
                    TSimd.Store(newVelocity, ref v, i);
                    slope = nesterov ? TSimd.MultiplyAdd(momentum, newVelocity, slope) : newVelocity;
                }

                TSimd.Store(TSimd.MultiplyAdd(step, slope, value), ref w, i);
            }
        }
    }
}
