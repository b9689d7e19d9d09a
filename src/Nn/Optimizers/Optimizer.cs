using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>Updates parameters by their gradients. This base class holds the groups and their rates, which schedules change.</summary>
public abstract class Optimizer : IDisposable
{
    private protected Optimizer(IReadOnlyList<ParameterGroup> groups) => Groups = groups;

    /// <summary>The groups of parameters. Their rates may be changed between steps.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Releases the memory of the state, but not of the parameters.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Returns the value if it is a finite number of at least 0, and throws otherwise.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, infinite or not a number.</exception>
    protected internal static double RequireRate(double value, string name) =>
        value >= 0 && double.IsFinite(value) ? value
        : throw new ArgumentOutOfRangeException(name, $"{name} must be a finite number of at least 0, found {value}.");

    /// <summary>Releases the memory of the state.</summary>
    protected abstract void Dispose(bool disposing);
}

/// <summary>
/// An optimizer of parameters of type <typeparamref name="T"/>. To write an optimizer, derive from this class and override
/// <see cref="Update"/>.
/// </summary>
/// <remarks>
/// An optimizer stores data between steps in slots: named tensors with the shape of a parameter, see <see cref="Slot"/>. The slots and the
/// number of steps are its state, which checkpoints store; the optimizer itself does not access files. A custom update rule takes a few
/// lines:
/// <code>
/// sealed class SignSgd&lt;T&gt;(IEnumerable&lt;Parameter&lt;T&gt;&gt; parameters, double learningRate)
///     : Optimizer&lt;T&gt;([new(parameters, learningRate)])
///     where T : unmanaged, IFloatingPointIeee754&lt;T&gt;
/// {
///     protected override void Update(Parameter&lt;T&gt; parameter, ParameterGroup&lt;T&gt; group)
///     {
///         Span&lt;T&gt; weights = parameter.Value.Write();
///         ReadOnlySpan&lt;T&gt; gradient = parameter.Gradient!.Read();
///         for (int i = 0; i &lt; weights.Length; i++)
///             weights[i] -= T.CreateChecked(group.LearningRate * T.Sign(gradient[i]));
///     }
/// }
/// </code>
/// </remarks>
public abstract class Optimizer<T> : Optimizer
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<ParameterGroup<T>> groups;
    private readonly Dictionary<string, Dictionary<Parameter<T>, Tensor<T>>> slots = [];
    private readonly StateInteger steps = new();

    /// <summary>Creates an optimizer of groups of parameters.</summary>
    /// <exception cref="ArgumentException">There is no parameter, or one appears twice.</exception>
    protected Optimizer(IReadOnlyList<ParameterGroup<T>> groups)
        : base(groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        this.groups = groups;
        HashSet<Parameter<T>> seen = new(ReferenceEqualityComparer.Instance);
        foreach (var parameter in groups.SelectMany(group => group.Parameters))
        {
            if (!seen.Add(parameter))
                throw new ArgumentException($"{Kind}: a parameter {parameter.Shape} appears twice in the groups.", nameof(groups));
        }

        if (seen.Count == 0) throw new ArgumentException($"{Kind}: there are no parameters to optimize.", nameof(groups));
    }

    /// <summary>The number of steps taken, including the current one during a step.</summary>
    public long Steps => steps.Value;

    internal string Kind => GetType().Name.Split('`')[0];

    /// <summary>Updates every parameter whose gradient no step has used yet, and marks that gradient as used.</summary>
    public void Step()
    {
        steps.Next();
        for (int i = 0; i < groups.Count; i++)
        {
            var group = groups[i];
            for (int k = 0; k < group.Parameters.Count; k++)
            {
                var parameter = group.Parameters[k];
                if (!parameter.HasFreshGradient) continue;
                Update(parameter, group);
                parameter.UseUpGradient();
            }
        }
    }

    /// <summary>Discards the gradients of all parameters.</summary>
    public void ZeroGradients()
    {
        foreach (var parameter in groups.SelectMany(group => group.Parameters)) parameter.ZeroGradient();
    }

    /// <summary>
    /// The state: <c>steps</c>, and the slots by slot name and key of the parameter, such as <c>momentum.features.0.weight</c>.
    /// </summary>
    /// <param name="model">
    /// The model whose parameters are optimized. It determines the keys. Slots of parameters outside the model are left out.
    /// </param>
    public StateDict State(Module<T> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var state = new StateDict();
        state.Add("steps", steps);
        foreach (var (name, parameter) in model.NamedParameters())
        {
            foreach (var (slot, tensors) in slots)
            {
                if (tensors.TryGetValue(parameter, out var tensor)) state.Add($"{slot}.{name}", tensor);
            }
        }

        return state;
    }

    /// <summary>Replaces the state with one that <see cref="State"/> returned.</summary>
    /// <param name="state">The state.</param>
    /// <param name="model">The model whose parameters are optimized.</param>
    /// <exception cref="InvalidDataException">A slot belongs to no parameter of the model, or has another shape.</exception>
    public void Load(StateDict state, Module<T> model)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(model);
        var parameters = model.NamedParameters().ToDictionary(named => named.Name, named => named.Parameter);
        List<(Parameter<T> Parameter, string Slot, StateEntry Entry)> found = [];
        long stepsMade = 0;
        foreach (var (name, entry) in state)
        {
            if (name == "steps")
            {
                stepsMade = entry.Integer;
                continue;
            }

            if (name.Split('.', 2) is not [var slot, var key] || !parameters.TryGetValue(key, out var parameter))
                throw new InvalidDataException($"the optimizer state \"{name}\" belongs to no parameter of the model.");
            if (!entry.Shape.SequenceEqual([.. parameter.Shape.ToArray().Select(length => (long)length)]))
            {
                throw new InvalidDataException(
                    $"the optimizer state \"{name}\" has the shape [{string.Join(", ", entry.Shape)}], expected {parameter.Shape}.");
            }

            found.Add((parameter, slot, entry));
        }

        // Discards all slots, so that slots missing from the state are as in a new optimizer.
        Dispose(disposing: true);
        steps.Value = stepsMade;
        foreach (var (parameter, slot, entry) in found) entry.CopyTo(Slot(parameter, slot, out _));
    }

    /// <summary>Updates one parameter by its gradient.</summary>
    protected abstract void Update(Parameter<T> parameter, ParameterGroup<T> group);

    /// <summary>A tensor that the optimizer stores for a parameter. It has the shape of the parameter and is initially zero.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="name">The name of the slot, for example <c>momentum</c>.</param>
    /// <param name="isNew">Whether this call created the slot.</param>
    /// <exception cref="ArgumentException">The name contains a dot.</exception>
    protected Tensor<T> Slot(Parameter<T> parameter, string name, out bool isNew)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (name.Contains('.', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"{Kind}: the slot \"{name}\" must not contain a dot, which separates the parts of a key.", nameof(name));
        }

        if (!slots.TryGetValue(name, out var tensors)) slots.Add(name, tensors = new(ReferenceEqualityComparer.Instance));
        isNew = !tensors.TryGetValue(parameter, out var slot);
        if (isNew) tensors.Add(parameter, slot = Tensor<T>.Zeros(parameter.Shape, parameter.Context));
        return slot!;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        foreach (var slot in slots.Values.SelectMany(tensors => tensors.Values)) slot.Dispose();
        slots.Clear();
    }
}
