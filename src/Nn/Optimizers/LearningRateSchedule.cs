namespace DeepSharp.Nn;

/// <summary>
/// Sets the learning rates of all groups of an optimizer as a function of the number of schedule steps, usually one per epoch.
/// </summary>
/// <remarks>
/// The initial rates are those of the groups when the schedule is created. Every step sets the rates and overwrites other changes to them.
/// If the rate at position 0 differs from the initial rate, as in a warm-up, it takes effect when <see cref="Position"/> is set to 0, as a
/// trainer does. To write a schedule, override <see cref="Rate"/>:
/// <code>
/// sealed class Cosine(Optimizer optimizer, int epochs) : LearningRateSchedule(optimizer)
/// {
///     protected override double Rate(double initialRate, int position) =&gt;
///         initialRate * (1 + Math.Cos(Math.PI * position / epochs)) / 2;
/// }
/// </code>
/// </remarks>
public abstract class LearningRateSchedule
{
    private readonly Optimizer optimizer;
    private readonly double[] initialRates;
    private readonly StateInteger position = new();

    /// <summary>Creates a schedule at position 0.</summary>
    /// <param name="optimizer">The optimizer whose learning rates the schedule sets.</param>
    protected LearningRateSchedule(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        this.optimizer = optimizer;
        initialRates = [.. optimizer.Groups.Select(group => group.LearningRate)];
    }

    /// <summary>The number of steps made. Setting this property also sets the learning rates.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The value is negative, or <see cref="Rate"/> returned a negative or non-finite rate.
    /// </exception>
    public int Position
    {
        get => (int)position.Value;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            position.Value = value;
            SetRates();
        }
    }

    internal string Kind => GetType().Name;

    /// <summary>Makes a step, usually at the end of an epoch: increments <see cref="Position"/>.</summary>
    public void Step() => Position++;

    /// <summary>The state: <c>position</c>, and the entries that a derived class adds.</summary>
    public virtual StateDict State()
    {
        var state = new StateDict();
        state.Add("position", position);
        return state;
    }

    /// <summary>Replaces the state with one that <see cref="State"/> returned, and sets the learning rates.</summary>
    /// <exception cref="InvalidDataException">The names, kinds or shapes of the entries are not those of this schedule's state.</exception>
    public void Load(StateDict state)
    {
        State().Load(state);
        SetRates();
    }

    /// <summary>The learning rate of a group, finite and at least 0.</summary>
    /// <param name="initialRate">The rate that the group had when the schedule was created.</param>
    /// <param name="position">The number of steps made.</param>
    protected abstract double Rate(double initialRate, int position);

    private void SetRates()
    {
        for (int i = 0; i < initialRates.Length; i++) optimizer.Groups[i].LearningRate = Rate(initialRates[i], Position);
    }
}

/// <summary>Multiplies the learning rates by gamma after every <c>stepSize</c> steps, like PyTorch's <c>StepLR</c>.</summary>
public sealed class StepSchedule : LearningRateSchedule
{
    private readonly int stepSize;
    private readonly double gamma;

    /// <summary>Creates a schedule at position 0.</summary>
    /// <param name="optimizer">The optimizer whose learning rates the schedule sets.</param>
    /// <param name="stepSize">The number of schedule steps, usually epochs, between two multiplications.</param>
    /// <param name="gamma">The factor, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is below 1, or gamma is negative, infinite or not a number.</exception>
    public StepSchedule(Optimizer optimizer, int stepSize, double gamma = 0.1)
        : base(optimizer)
    {
        if (stepSize < 1)
            throw new ArgumentOutOfRangeException(nameof(stepSize), $"The step size must be at least 1, found {stepSize}.");
        this.stepSize = stepSize;
        this.gamma = Optimizer.RequireRate(gamma, nameof(gamma));
    }

    /// <inheritdoc/>
    protected override double Rate(double initialRate, int position)
    {
        // Multiply step by step, to get the same bits as PyTorch's recurrence.
        double rate = initialRate;
        for (int step = 0; step < position / stepSize; step++) rate *= gamma;
        return rate;
    }
}
