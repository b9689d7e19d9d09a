using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>Stochastic gradient descent with momentum, dampening, Nesterov's step and weight decay, updating exactly as <c>torch.optim.SGD</c>.</summary>
public sealed class Sgd<T> : Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>An optimizer of one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="learningRate">The length of the steps.</param>
    /// <param name="momentum">The fraction of the velocity that each step keeps.</param>
    /// <param name="dampening">The fraction of the gradient that the velocity leaves out.</param>
    /// <param name="weightDecay">The fraction of each weight that is added to its gradient.</param>
    /// <param name="nesterov">Whether the step looks ahead along the velocity; needs momentum and no dampening.</param>
    /// <exception cref="ArgumentException">A rate is negative, infinite or not a number, or Nesterov's step is asked for without momentum or with dampening.</exception>
    public Sgd(IEnumerable<Parameter<T>> parameters, double learningRate, double momentum = 0, double dampening = 0, double weightDecay = 0, bool nesterov = false)
        : this([new ParameterGroup<T>(parameters, learningRate, weightDecay)], momentum, dampening, nesterov)
    {
    }

    /// <summary>An optimizer of groups of parameters, each with a learning rate and weight decay of its own.</summary>
    /// <inheritdoc cref="Sgd{T}(IEnumerable{Parameter{T}}, double, double, double, double, bool)"/>
    public Sgd(IReadOnlyList<ParameterGroup<T>> groups, double momentum = 0, double dampening = 0, bool nesterov = false)
        : base(groups)
    {
        Momentum = RequireRate(momentum, nameof(momentum));
        Dampening = RequireRate(dampening, nameof(dampening));
        Nesterov = nesterov;
        if (nesterov && (momentum == 0 || dampening != 0))
            throw new ArgumentException($"Sgd: Nesterov's step needs a momentum and no dampening, found momentum {momentum} and dampening {dampening}.", nameof(nesterov));
    }

    /// <summary>The fraction of the velocity that each step keeps.</summary>
    public double Momentum { get; }

    /// <summary>The fraction of the gradient that the velocity leaves out.</summary>
    public double Dampening { get; }

    /// <summary>Whether the step looks ahead along the velocity.</summary>
    public bool Nesterov { get; }

    /// <inheritdoc/>
    protected override void Update(Parameter<T> parameter, ParameterGroup<T> group)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(group);
        bool isFirst = false;
        var velocity = Momentum == 0 ? null : Slot(parameter, "momentum", out isFirst);
        var update = new SgdUpdate(group.LearningRate, Momentum, Dampening, group.WeightDecay, Nesterov, isFirst);
        parameter.Context.Kernels.SgdStep(parameter.Value, parameter.Gradient!, velocity, update);
    }
}
