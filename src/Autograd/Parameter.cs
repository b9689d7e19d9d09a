using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>A trainable tensor and its gradient. The parameter owns both.</summary>
/// <remarks>
/// Backward adds to the gradient, so several backward passes before an optimizer step accumulate their gradients. The step calls
/// <see cref="UseUpGradient"/>, which marks the gradient as used. A used gradient stays readable until the next backward replaces it, so
/// gradients need not be zeroed between steps.
/// </remarks>
public sealed class Parameter<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Lock gate = new();
    private Func<ComputeContext, Tensor<T>>? initialize;
    private Tensor<T>? value;
    private bool usedUp, isDisposed;

    /// <summary>Creates a parameter that takes ownership of <paramref name="value"/>.</summary>
    public Parameter(Tensor<T> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        this.value = value;
        (Shape, Context) = (value.Shape, value.Context);
    }

    /// <summary>Creates a parameter whose value takes no memory until its first use.</summary>
    /// <param name="shape">The shape of the value.</param>
    /// <param name="initialize">
    /// Creates the value in the given context. It is called at the first use of the value, unless <see cref="Overwrite"/> created the value
    /// before.
    /// </param>
    /// <param name="context">The context of the value; null for <see cref="ComputeContext.Default"/>.</param>
    public Parameter(Shape shape, Func<ComputeContext, Tensor<T>> initialize, ComputeContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(initialize);
        (Shape, Context, this.initialize) = (shape, context ?? ComputeContext.Default, initialize);
    }

    /// <summary>The value. The first use creates it if it does not exist yet.</summary>
    /// <exception cref="ObjectDisposedException">The parameter was disposed before its value existed.</exception>
    /// <exception cref="ShapeException">The function given to the constructor returned a tensor of another shape.</exception>
    public Tensor<T> Value => value ?? Initialize();

    /// <summary>The shape of the value.</summary>
    public Shape Shape { get; }

    /// <summary>The context of the value.</summary>
    public ComputeContext Context { get; }

    /// <summary>Whether the value exists. If not, its first use creates it.</summary>
    public bool IsInitialized => Volatile.Read(ref value) is not null;

    /// <summary>
    /// The gradient, in the shape of the value. It is null until a backward pass first computes it, and after <see cref="ZeroGradient"/>.
    /// </summary>
    public Tensor<T>? Gradient { get; private set; }

    /// <summary>
    /// Whether backward computes a gradient for the parameter. False freezes it. A change does not affect tapes that already use the
    /// parameter.
    /// </summary>
    public bool RequiresGradient { get; set; } = true;

    /// <summary>Whether there is a gradient that no optimizer step has used yet.</summary>
    public bool HasFreshGradient => Gradient is not null && !usedUp;

    /// <summary>Marks the gradient as used: the next backward replaces it instead of adding to it.</summary>
    public void UseUpGradient() => usedUp = true;

    /// <summary>Releases the gradient and sets it to null.</summary>
    public void ZeroGradient()
    {
        Gradient?.Dispose();
        Gradient = null;
    }

    /// <summary>Replaces all elements of the value. A value that does not exist yet is created without being initialized first.</summary>
    /// <param name="write">Writes every element of a tensor of the parameter's shape. If it throws, no new value is created.</param>
    /// <exception cref="ObjectDisposedException">The parameter was disposed.</exception>
    public void Overwrite(Action<Tensor<T>> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed && value is null, this);
            var target = value ?? new Tensor<T>(Shape, Context, "Parameter");
            try
            {
                write(target);
            }
            catch when (value is null)
            {
                target.Dispose();
                throw;
            }

            (value, initialize) = (target, null);
        }
    }

    /// <summary>Adds to the gradient, or replaces a used one. Takes ownership of <paramref name="gradient"/>.</summary>
    internal void Accumulate(Tensor<T> gradient)
    {
        if (HasFreshGradient)
        {
            Context.Kernels.AddInto(Gradient!, gradient);
            gradient.Dispose();
            return;
        }

        Gradient?.Dispose();
        Gradient = gradient;
        usedUp = false;
    }

    /// <summary>Shape and gradient state in one line.</summary>
    public override string ToString()
    {
        string state = !RequiresGradient ? "frozen"
            : Gradient is null ? "no gradient"
            : usedUp ? "gradient used by a step"
            : "gradient ready";
        return $"Parameter {Shape}, {state}";
    }

    /// <summary>Releases the memory of value and gradient. A value that does not exist yet can no longer be created.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            value?.Dispose();
        }

        Gradient?.Dispose();
    }

    private Tensor<T> Initialize()
    {
        lock (gate)
        {
            if (value is not null) return value;
            ObjectDisposedException.ThrowIf(isDisposed, this);
            var initial = initialize!(Context);
            if (initial.Shape != Shape) throw new ShapeException($"Parameter: the initial value is {initial.Shape}, expected {Shape}.");
            initialize = null;
            Volatile.Write(ref value, initial);
            return initial;
        }
    }
}
