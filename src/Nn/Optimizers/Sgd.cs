using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>
/// Stochastic gradient descent with the update rule of <c>torch.optim.SGD</c>, including momentum, dampening, Nesterov momentum and weight
/// decay.
/// </summary>
public sealed class Sgd<T> : Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Creates an optimizer of one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="momentum">The momentum: the factor by which each step multiplies the previous velocity.</param>
    /// <param name="dampening">
    /// The dampening: the fraction of the gradient that is not added to the velocity. The first step of a parameter ignores it.
    /// </param>
    /// <param name="weightDecay">The weight decay: the fraction of each weight that is added to its gradient.</param>
    /// <param name="nesterov">Whether to use Nesterov momentum, which requires momentum and no dampening.</param>
    /// <exception cref="ArgumentException">
    /// There is no parameter, one appears twice, a rate is negative, infinite or not a number, or Nesterov momentum is requested without
    /// momentum or with dampening.
    /// </exception>
    public Sgd(
        IEnumerable<Parameter<T>> parameters, double learningRate, double momentum = 0, double dampening = 0, double weightDecay = 0,
        bool nesterov = false)
        : this([new ParameterGroup<T>(parameters, learningRate, weightDecay)], momentum, dampening, nesterov)
    {
    }

    /// <summary>Creates an optimizer of groups of parameters, each with its own learning rate and weight decay.</summary>
    /// <inheritdoc cref="Sgd{T}(IEnumerable{Parameter{T}}, double, double, double, double, bool)"/>
    public Sgd(IReadOnlyList<ParameterGroup<T>> groups, double momentum = 0, double dampening = 0, bool nesterov = false)
        : base(groups)
    {
        Momentum = RequireRate(momentum, nameof(momentum));
        Dampening = RequireRate(dampening, nameof(dampening));
        Nesterov = nesterov;
        if (nesterov && (momentum == 0 || dampening != 0))
        {
            throw new ArgumentException(
                $"Sgd: Nesterov momentum requires momentum above 0 and dampening 0, found momentum {momentum} and dampening {dampening}.",
                nameof(nesterov));
        }
    }

    /// <summary>The momentum: the factor by which each step multiplies the previous velocity.</summary>
    public double Momentum { get; }

    /// <summary>The dampening: the fraction of the gradient that is not added to the velocity.</summary>
    public double Dampening { get; }

    /// <summary>Whether Nesterov momentum is used.</summary>
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
