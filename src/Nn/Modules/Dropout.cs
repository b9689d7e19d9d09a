using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>
/// In training mode, sets elements to 0 at random and scales the others by 1 / (1 − rate). In evaluation mode, returns its input.
/// </summary>
public sealed class Dropout<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly RandomStream random;

    /// <summary>Creates a layer.</summary>
    /// <param name="rate">The probability that an element is dropped, 0 to 1.</param>
    /// <param name="random">The random stream. Forward pass i in training mode, counted from 0, uses its epoch 0 and step i.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not between 0 and 1.</exception>
    public Dropout(double rate, RandomStream random)
    {
        if (rate is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(rate), $"Dropout: the rate must be between 0 and 1, found {rate}.");
        Rate = rate;
        this.random = random;
        Position = AddPosition("position");
    }

    /// <summary>The probability that an element is dropped.</summary>
    public double Rate { get; }

    /// <summary>
    /// The number of forward passes in training mode so far, which is the step of the random stream that the next pass uses.
    /// </summary>
    public StateInteger Position { get; }

    /// <inheritdoc/>
    protected override string Settings => $"{Rate}";

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Tape.Mode == Mode.Training ? x.Dropout(Rate, random.At(0, Position.Next())) : x;
    }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) => input;

    /// <inheritdoc/>
    // The graph computes evaluation mode, in which dropout does nothing.
    public override void ExportOnnx(OnnxGraph graph, string key, Shape input)
    {
    }
}
