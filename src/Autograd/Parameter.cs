using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>A tensor that training changes, with its gradient. It owns both.</summary>
/// <remarks>
/// Backward adds into the gradient; several backwards before one optimizer step accumulate. <see cref="UseUpGradient"/>, called by the optimizer's step,
/// marks the gradient as used: it stays readable, and the next backward overwrites it, so no pass is spent on zeroing.
/// </remarks>
public sealed class Parameter<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private bool usedUp;

    /// <summary>A parameter that takes over <paramref name="value"/>.</summary>
    public Parameter(Tensor<T> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Value = value;
    }

    /// <summary>The value.</summary>
    public Tensor<T> Value { get; }

    /// <summary>The shape of the value.</summary>
    public Shape Shape => Value.Shape;

    /// <summary>The gradient, of the shape of the value; null before the first backward.</summary>
    public Tensor<T>? Gradient { get; private set; }

    /// <summary>Whether backward computes a gradient for it. False freezes it, and backward is pruned where nothing needs it.</summary>
    public bool RequiresGradient { get; set; } = true;

    /// <summary>Whether there is a gradient that no step has used yet.</summary>
    public bool HasFreshGradient => Gradient is not null && !usedUp;

    /// <summary>Marks the gradient as used: the next backward overwrites it.</summary>
    public void UseUpGradient() => usedUp = true;

    /// <summary>Forgets the gradient.</summary>
    public void ZeroGradient()
    {
        Gradient?.Dispose();
        Gradient = null;
    }

    /// <summary>Adds to the gradient and takes over <paramref name="gradient"/>.</summary>
    internal void Accumulate(Tensor<T> gradient)
    {
        if (HasFreshGradient)
        {
            Value.Context.Kernels.AddInto(Gradient!, gradient);
            gradient.Dispose();
            return;
        }

        Gradient?.Dispose();
        Gradient = gradient;
        usedUp = false;
    }

    /// <summary>Gives the memory of value and gradient back.</summary>
    public void Dispose()
    {
        Value.Dispose();
        Gradient?.Dispose();
    }
}
