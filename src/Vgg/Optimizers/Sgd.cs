using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Stochastic gradient descent with momentum, dampening, Nesterov's step and weight decay, updating exactly as <c>torch.optim.SGD</c>.</summary>
public sealed class Sgd<T> : Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const string VelocityPrefix = ModelState.TrainingPrefix + "momentum.";

    private readonly Dictionary<Parameter<T>, Tensor<T>> velocities = new(ReferenceEqualityComparer.Instance);

    /// <summary>An optimizer of one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="learningRate">The length of the steps.</param>
    /// <param name="momentum">The share of the old velocity that is kept.</param>
    /// <param name="dampening">The share of the gradient that the velocity does not take up.</param>
    /// <param name="weightDecay">The share of each weight that is added to its gradient.</param>
    /// <param name="nesterov">Whether the step looks ahead along the velocity; needs momentum and no dampening.</param>
    /// <exception cref="ArgumentException">A rate is negative, infinite or not a number, or Nesterov's step is asked for without momentum or with dampening.</exception>
    public Sgd(IEnumerable<Parameter<T>> parameters, double learningRate, double momentum = 0, double dampening = 0, double weightDecay = 0, bool nesterov = false)
        : this([new ParameterGroup<T>(parameters, learningRate, weightDecay)], momentum, dampening, nesterov)
    {
    }

    /// <summary>An optimizer of groups of parameters, each with a learning rate and weight decay of its own.</summary>
    /// <inheritdoc cref="Sgd{T}(IEnumerable{Parameter{T}}, double, double, double, double, bool)"/>
    public Sgd(IEnumerable<ParameterGroup<T>> groups, double momentum = 0, double dampening = 0, bool nesterov = false)
        : base(groups)
    {
        Momentum = Rate.Require(momentum, nameof(Momentum));
        Dampening = Rate.Require(dampening, nameof(Dampening));
        Nesterov = nesterov;
        if (nesterov && (momentum == 0 || dampening != 0))
            throw new ArgumentException($"Sgd: Nesterov's step needs a momentum and no dampening, found momentum {momentum} and dampening {dampening}.");
    }

    /// <summary>The share of the old velocity that is kept.</summary>
    public double Momentum { get; }

    /// <summary>The share of the gradient that the velocity does not take up.</summary>
    public double Dampening { get; }

    /// <summary>Whether the step looks ahead along the velocity.</summary>
    public bool Nesterov { get; }

    /// <inheritdoc/>
    public override void AddTo(SafeTensorsWriter writer, Module<T> model)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(model);
        foreach (var (name, parameter) in model.NamedParameters())
        {
            if (velocities.TryGetValue(parameter, out var velocity)) writer.Add(VelocityPrefix + name, velocity);
        }
    }

    /// <inheritdoc/>
    public override void Load(SafeTensorsFile file, Module<T> model)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(model);
        var parameters = model.NamedParameters().ToDictionary(named => VelocityPrefix + named.Name, named => named.Parameter);
        foreach (string name in file.Tensors.Keys.Where(name => name.StartsWith(VelocityPrefix, StringComparison.Ordinal)))
        {
            if (!parameters.TryGetValue(name, out var parameter)) throw new InvalidDataException($"{file.Path}: \"{name}\" belongs to no parameter of the model.");
            file.Read(name, Velocity(parameter, out _));
        }
    }

    /// <inheritdoc/>
    protected override void Update(Parameter<T> parameter, ParameterGroup<T> group)
    {
        bool isFirst = false;
        var velocity = Momentum == 0 ? null : Velocity(parameter, out isFirst);
        var update = new SgdUpdate(group.LearningRate, Momentum, Dampening, group.WeightDecay, Nesterov, isFirst);
        parameter.Value.Context.Kernels.SgdStep(parameter.Value, parameter.Gradient!, velocity, update);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var velocity in velocities.Values) velocity.Dispose();
        velocities.Clear();
        base.Dispose(disposing);
    }

    private Tensor<T> Velocity(Parameter<T> parameter, out bool isNew)
    {
        isNew = !velocities.TryGetValue(parameter, out var velocity);
        if (isNew) velocities.Add(parameter, velocity = new Tensor<T>(parameter.Shape, parameter.Value.Context, "momentum"));
        return velocity!;
    }
}
