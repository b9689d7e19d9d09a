using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>Inverted dropout: zeroes each element with probability <c>rate</c> and multiplies the others by 1 / (1 − rate).</summary>
/// <remarks>
/// The mask depends only on the rate, the stream and the element's logical index. Backward generates it again, so it is not saved.
/// </remarks>
internal sealed class DropoutOperation<T>(double rate, RandomStream stream) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Dropout(Input(0), rate, stream);

    /// <inheritdoc/>
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.Dropout(upstream, rate, stream));
}

public static partial class VariableOperations
{
    /// <param name="x">A tensor of any shape.</param>
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>
        /// In training, zeroes each element with probability <paramref name="rate"/> and multiplies the others by 1 / (1 − rate). In
        /// evaluation, does nothing.
        /// </summary>
        /// <param name="rate">The probability that an element is zeroed, 0 to 1.</param>
        /// <param name="stream">
        /// The random stream. Element i, in logical order, is kept if word i of the stream is at least rate·2³². Use a different stream for
        /// every layer and step.
        /// </param>
        /// <returns><paramref name="x"/> itself in evaluation or if the rate is 0.</returns>
        /// <exception cref="ArgumentOutOfRangeException">The rate is not between 0 and 1.</exception>
        public Variable<T> Dropout(double rate, RandomStream stream)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (rate is not (>= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(rate), $"Dropout: the rate must be between 0 and 1, found {rate}.");
            return x.Tape.Mode == Mode.Evaluation || rate == 0 ? x : new DropoutOperation<T>(rate, stream).Apply(x);
        }
    }
}
