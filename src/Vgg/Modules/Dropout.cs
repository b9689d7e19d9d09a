using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Describes a <see cref="Dropout{T}"/>.</summary>
/// <param name="Key">Its path in the model.</param>
/// <param name="Rate">The share of elements that it drops.</param>
public sealed record DropoutPlan(string Key, double Rate) : LayerPlan(Key)
{
    /// <inheritdoc/>
    public override Module<T> Build<T>(LayerSource source) => new Dropout<T>(Rate, source.Random("dropout", Key));
}

/// <summary>In training mode sets a share of the elements to 0 and scales the others by 1 / (1 − rate); in evaluation mode does nothing.</summary>
public sealed class Dropout<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly RandomStream random;

    /// <summary>A new layer.</summary>
    /// <param name="rate">The share of elements to drop, 0 to 1.</param>
    /// <param name="random">Where the choice is drawn from; each forward pass in training mode takes the next step of it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not between 0 and 1.</exception>
    public Dropout(double rate, RandomStream random)
    {
        if (rate is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(rate), $"Dropout: the rate must be between 0 and 1, found {rate}.");
        Rate = rate;
        this.random = random;
        Position = AddPosition("position");
    }

    /// <summary>The share of elements that are dropped.</summary>
    public double Rate { get; }

    /// <summary>How many forward passes in training mode there were: the step of the random stream that the next one uses.</summary>
    public Counter Position { get; }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Tape.Mode == Mode.Training ? x.Dropout(Rate, random.At(0, Position.Next())) : x;
    }
}
