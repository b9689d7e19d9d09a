using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>A value on a tape: an input, a constant, a parameter, or the result of an operation.</summary>
public sealed class Variable<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Tensor<T> value;
    private bool released, keepsValue;

    internal Variable(
        Tape<T> tape, Tensor<T> value, bool requiresGradient, bool ownsValue, Operation<T>? source = null, Parameter<T>? parameter = null)
    {
        Tape = tape;
        this.value = value;
        RequiresGradient = requiresGradient;
        OwnsValue = ownsValue;
        Source = source;
        Parameter = parameter;
    }

    /// <summary>The tape of the variable.</summary>
    public Tape<T> Tape { get; }

    /// <summary>The shape of the value. It is known even after the value is released.</summary>
    public Shape Shape => value.Shape;

    /// <summary>The value. It is owned by the tape, by the parameter, or, for an input, by the caller.</summary>
    /// <exception cref="ObjectDisposedException">
    /// The tape was disposed, or the value was released by backward or by <see cref="Tape{T}.ReleaseIntermediate"/>.
    /// <see cref="Keep"/> prevents the latter.
    /// </exception>
    public Tensor<T> Value => !released ? value : throw new ObjectDisposedException(
        nameof(Variable<T>),
        $"The value {Shape} of {Source?.Name ?? "an input"} was released: nothing needed it, or its tape was disposed; " +
        "to read it after Backward, call Keep() first.");

    /// <summary>
    /// The gradient after backward, for parameters, inputs that require one, and variables marked by <see cref="Keep"/>. Otherwise null,
    /// also if the output of backward does not depend on the variable.
    /// </summary>
    /// <remarks>For a parameter, this is <see cref="Parameter{T}.Gradient"/>.</remarks>
    public Tensor<T>? Gradient => Parameter is null ? PendingGradient : Parameter.Gradient;

    /// <summary>Whether backward computes a gradient for the variable.</summary>
    public bool RequiresGradient { get; }

    /// <summary>Whether value and gradient are kept until the tape is disposed.</summary>
    public bool IsKept { get; private set; }

    /// <summary>Whether a recorded operation may read the value in its backward.</summary>
    internal bool IsSaved { get; set; }

    internal bool OwnsValue { get; }

    internal Operation<T>? Source { get; }

    internal Parameter<T>? Parameter { get; }

    internal Tensor<T>? PendingGradient { get; private set; }

    /// <summary>Keeps value and gradient readable until the tape is disposed.</summary>
    /// <returns>This variable.</returns>
    public Variable<T> Keep()
    {
        IsKept = true;
        return this;
    }

    /// <summary>One line: origin, shape, whether the variable requires a gradient, and whether its value was released.</summary>
    public override string ToString() =>
        $"{Source?.Name ?? (Parameter is null ? "Input" : "Parameter")} {Shape}, " +
        $"{(RequiresGradient ? "requires" : "needs no")} gradient{(released ? ", value released" : "")}";

    /// <summary>Keeps the value but not the gradient. Used for the loss.</summary>
    internal void KeepValueOnly() => keepsValue = true;

    /// <summary>Adds to the gradient and takes ownership of <paramref name="gradient"/>.</summary>
    internal void Accumulate(Tensor<T> gradient)
    {
        if (gradient.Shape != Shape) throw new ShapeException($"Backward: a gradient {gradient.Shape} was passed to a variable {Shape}.");
        if (Parameter is not null)
        {
            Parameter.Accumulate(gradient);
        }
        else if (PendingGradient is null)
        {
            PendingGradient = gradient;
        }
        else
        {
            gradient.Context.Kernels.AddInto(PendingGradient, gradient);
            gradient.Dispose();
        }
    }

    /// <summary>Returns the gradient and passes its ownership to the caller.</summary>
    internal Tensor<T>? TakeGradient()
    {
        var gradient = PendingGradient;
        PendingGradient = null;
        return gradient;
    }

    /// <summary>Releases the value if the tape owns it and it is not kept.</summary>
    internal void ReleaseValue()
    {
        if (!OwnsValue || IsKept || keepsValue || released) return;
        released = true;
        value.Dispose();
    }

    /// <summary>Releases the gradient, and the value if the tape owns it. Called when the tape is disposed.</summary>
    internal void End()
    {
        released = true;
        if (OwnsValue) value.Dispose();
        PendingGradient?.Dispose();
    }
}
