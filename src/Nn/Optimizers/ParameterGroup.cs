using System.Numerics;
using DeepSharp.Autograd;

namespace DeepSharp.Nn;

/// <summary>The rates with which an optimizer updates some of the parameters.</summary>
public abstract class ParameterGroup
{
    private protected ParameterGroup(double learningRate, double weightDecay) => (LearningRate, WeightDecay) = (learningRate, weightDecay);

    /// <summary>The length of the steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, infinite or not a number.</exception>
    public double LearningRate
    {
        get;
        set => field = Optimizer.RequireRate(value, nameof(LearningRate));
    }

    /// <summary>The fraction of each weight that is added to its gradient.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, infinite or not a number.</exception>
    public double WeightDecay
    {
        get;
        set => field = Optimizer.RequireRate(value, nameof(WeightDecay));
    }

    /// <summary>
    /// Two groups: weights of convolutions and linear layers, which decay, and the rest, biases and the parameters of normalizations, which do not.
    /// </summary>
    /// <remarks>The latter are told by their shape: they have one dimension.</remarks>
    public static IReadOnlyList<ParameterGroup<T>> NoDecayOnBiasAndNorm<T>(IEnumerable<Parameter<T>> parameters, double learningRate, double weightDecay)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var byRank = parameters.ToLookup(parameter => parameter.Shape.Rank > 1);
        return [new(byRank[true], learningRate, weightDecay), new(byRank[false], learningRate)];
    }
}

/// <summary>Parameters that an optimizer updates with a learning rate and a weight decay of their own.</summary>
public sealed class ParameterGroup<T> : ParameterGroup
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A group.</summary>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="learningRate">The length of its steps, at least 0.</param>
    /// <param name="weightDecay">The fraction of each weight that is added to its gradient, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is negative, infinite or not a number.</exception>
    public ParameterGroup(IEnumerable<Parameter<T>> parameters, double learningRate, double weightDecay = 0)
        : base(learningRate, weightDecay) => Parameters = [.. parameters];

    /// <summary>The parameters.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; }
}
