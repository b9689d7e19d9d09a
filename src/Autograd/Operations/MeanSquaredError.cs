using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The mean (or sum) of (x − t)² over all elements of a prediction x and a target t of the same shape.</summary>
internal sealed class MeanSquaredErrorOperation<T>(LossReduction reduction) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward()
    {
        if (InputShape(0) != InputShape(1))
            throw new ShapeException($"MeanSquaredError: prediction {InputShape(0)} and target {InputShape(1)} must have the same shape.");
        return Kernels.MeanSquaredError(Input(0), Input(1), reduction);
    }

    /// <inheritdoc/>
    // dx = 2·(x − t)·dy, divided by n if the reduction is the mean, and dt = −dx.
    protected override void Backward(Tensor<T> upstream)
    {
        if (Needs(0)) Propagate(0, Kernels.MeanSquaredErrorBackward(Input(0), Input(1), reduction, upstream));
        if (Needs(1)) Propagate(1, Kernels.MeanSquaredErrorBackward(Input(1), Input(0), reduction, upstream));
    }
}

public static partial class VariableOperations
{
    /// <param name="prediction">The prediction.</param>
    extension<T>(Variable<T> prediction)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The mean (or sum) of the squared differences from <paramref name="target"/>, a scalar (rank 0).</summary>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        public Variable<T> MeanSquaredError(Variable<T> target, LossReduction reduction = LossReduction.Mean) =>
            new MeanSquaredErrorOperation<T>(reduction).Apply(prediction, target);
    }
}
