namespace DeepSharp.Vgg;

/// <summary>Multiplies the learning rates of all groups by gamma once in so many epochs, as PyTorch's <c>StepLR</c>.</summary>
/// <remarks>It starts from the rates that the groups have when it is made, and sets them, whatever else changed them since.</remarks>
public sealed class StepSchedule
{
    private readonly IOptimizer optimizer;
    private readonly double[] initialRates;
    private readonly int stepSize;
    private readonly double gamma;

    /// <summary>A schedule at position 0.</summary>
    /// <param name="optimizer">Whose learning rates it sets.</param>
    /// <param name="stepSize">The number of epochs between two multiplications.</param>
    /// <param name="gamma">The factor.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is below 1, or gamma is negative, infinite or not a number.</exception>
    public StepSchedule(IOptimizer optimizer, int stepSize, double gamma = 0.1)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (stepSize < 1) throw new ArgumentOutOfRangeException(nameof(stepSize), $"The step size must be at least 1 epoch, found {stepSize}.");
        this.optimizer = optimizer;
        this.stepSize = stepSize;
        this.gamma = Rate.Require(gamma, nameof(gamma));
        initialRates = [.. optimizer.Groups.Select(group => group.LearningRate)];
    }

    /// <summary>The number of epochs that are over. Setting it sets the learning rates: how a resumed run takes up its schedule.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int Position
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
            for (int i = 0; i < initialRates.Length; i++)
            {
                // Multiplied one by one, so that the bits are those of PyTorch's recurrence.
                double rate = initialRates[i];
                for (int step = 0; step < value / stepSize; step++) rate *= gamma;
                optimizer.Groups[i].LearningRate = rate;
            }
        }
    }

    /// <summary>Ends an epoch.</summary>
    public void Step() => Position++;
}
