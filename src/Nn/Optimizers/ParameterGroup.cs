using System.Numerics;
using DeepSharp.Autograd;

namespace DeepSharp.Nn;

/// <summary>The learning rate and weight decay of a group of parameters.</summary>
public abstract class ParameterGroup
{
    private protected ParameterGroup(double learningRate, double weightDecay) =>
        (LearningRate, WeightDecay) = (learningRate, weightDecay);

    /// <summary>The learning rate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, infinite or not a number.</exception>
    public double LearningRate
    {
        get;
        set => field = Optimizer.RequireRate(value, nameof(LearningRate));
    }

    /// <summary>The weight decay: the fraction of each weight that is added to its gradient.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, infinite or not a number.</exception>
    public double WeightDecay
    {
        get;
        set => field = Optimizer.RequireRate(value, nameof(WeightDecay));
    }

    /// <summary>
    /// Creates two groups: parameters of rank 2 or more (the weights of convolutions and linear layers) with weight decay, and all others
    /// (biases and normalization parameters) without it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A rate is negative, infinite or not a number.</exception>
    public static IReadOnlyList<ParameterGroup<T>> NoDecayOnBiasAndNorm<T>(
        IEnumerable<Parameter<T>> parameters, double learningRate, double weightDecay)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var byRank = parameters.ToLookup(parameter => parameter.Shape.Rank > 1);
        return [new(byRank[true], learningRate, weightDecay), new(byRank[false], learningRate)];
    }
}

/// <summary>Parameters that an optimizer updates with their own learning rate and weight decay.</summary>
public sealed class ParameterGroup<T> : ParameterGroup
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Creates a group.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="learningRate">The learning rate, at least 0.</param>
    /// <param name="weightDecay">The weight decay: the fraction of each weight that is added to its gradient, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is negative, infinite or not a number.</exception>
    public ParameterGroup(IEnumerable<Parameter<T>> parameters, double learningRate, double weightDecay = 0)
        : base(learningRate, weightDecay) => Parameters = [.. parameters];

    /// <summary>The parameters.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; }
}
