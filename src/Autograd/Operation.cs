using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>
/// One differentiable operation, and at the same time its record on the tape: inputs, output, and what backward needs as fields.
/// </summary>
/// <remarks>
/// To add one, derive from this class: <see cref="Forward"/> computes the value, <see cref="Backward"/> passes a gradient to every input that
/// <see cref="Needs"/> one, and an extension method calls <see cref="Apply"/>. An instance is applied once.
/// </remarks>
public abstract class Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Variable<T>[] inputs = [];
    private long[] versions = [];
    private long outputVersion;
    private Variable<T>? output;
    private Tensor<T>? upstreamOfBackward;
    private bool recording;

    /// <summary>The name that errors and profiles show: that of the class, without "Operation" at its end.</summary>
    public virtual string Name
    {
        get
        {
            string name = GetType().Name.Split('`')[0];
            return name.EndsWith("Operation", StringComparison.Ordinal) ? name[..^"Operation".Length] : name;
        }
    }

    internal ReadOnlySpan<Variable<T>> Inputs => inputs;

    internal Variable<T> OutputVariable => output!;

    /// <summary>The tape that the operation is applied on.</summary>
    protected Tape<T> Tape => inputs[0].Tape;

    /// <summary>The kernels of the inputs' context.</summary>
    protected Kernels Kernels => inputs[0].Value.Context.Kernels;

    /// <summary>Whether a backward may follow: only then is anything worth saving for it.</summary>
    protected bool IsRecording => recording;

    /// <summary>Runs the operation and, where a gradient will be needed, records it.</summary>
    /// <exception cref="InvalidOperationException">
    /// The inputs are on different tapes or in different contexts, or the operation was applied before.
    /// </exception>
    public Variable<T> Apply(params ReadOnlySpan<Variable<T>> inputs)
    {
        if (output is not null)
            throw new InvalidOperationException($"{Name}: an operation is applied once; make a new one for each application.");
        if (inputs.Length == 0) throw new ArgumentException($"{Name}: an operation has at least one input.", nameof(inputs));
        this.inputs = inputs.ToArray();
        bool needsGradient = false;
        foreach (var input in inputs)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
            if (!ReferenceEquals(input.Tape, inputs[0].Tape))
                throw new InvalidOperationException($"{Name}: the inputs are on different tapes.");
            // Compared here first, because the name of the operation costs strings.
            if (!ReferenceEquals(inputs[0].Value.Context, input.Value.Context)) inputs[0].Value.RequireSameContext(input.Value, Name);
            needsGradient |= input.RequiresGradient;
        }

        recording = Tape.IsRecording && needsGradient;
        Tensor<T> value;
        using (Profile(inputs[0].Value.Context, "forward")) value = Forward();
        outputVersion = value.Version;
        output = new Variable<T>(Tape, value, recording, ownsValue: true, this);
        if (recording)
        {
            versions = new long[inputs.Length];
            for (int i = 0; i < versions.Length; i++)
            {
                versions[i] = inputs[i].Value.Version;
                inputs[i].IsSaved = true;
            }
        }
        else
        {
            ReleaseSaved();
        }

        Tape.Add(output, recording);
        return output;
    }

    /// <summary>
    /// Computes the value from the <see cref="Input"/>s, in a tensor of its own; throws <see cref="ShapeException"/> where they do not fit.
    /// </summary>
    protected abstract Tensor<T> Forward();

    /// <summary>Calls <see cref="Propagate"/> for every input that <see cref="Needs"/> a gradient.</summary>
    /// <param name="upstream">
    /// The gradient of the loss by the output, of the output's shape. It is released afterwards, unless passed on by
    /// <see cref="Propagate"/>.
    /// </param>
    protected abstract void Backward(Tensor<T> upstream);

    /// <summary>Releases what was saved for backward beside the inputs and the output.</summary>
    protected virtual void ReleaseSaved()
    {
    }

    /// <summary>The value of an input. In backward it must be what it was in forward.</summary>
    /// <exception cref="InvalidOperationException">It was modified in between.</exception>
    protected Tensor<T> Input(int index)
    {
        var value = inputs[index].Value;
        return versions.Length == 0 ? value : Unmodified(value, versions[index], $"input {index}");
    }

    /// <summary>The value that forward computed, for use in backward. It must be what it was then.</summary>
    /// <exception cref="InvalidOperationException">It was modified in between.</exception>
    protected Tensor<T> Output => Unmodified(output!.Value, outputVersion, "the output");

    /// <summary>The number of inputs.</summary>
    protected int InputCount => inputs.Length;

    /// <summary>The shape of an input.</summary>
    protected Shape InputShape(int index) => inputs[index].Shape;

    /// <summary>Whether an input takes part in backward.</summary>
    protected bool Needs(int index) => inputs[index].RequiresGradient;

    /// <summary>
    /// Adds a gradient to that of an input. Takes ownership of <paramref name="gradient"/>, even if the input needs none.
    /// </summary>
    /// <remarks>
    /// The upstream gradient itself may be passed on, but to one input only; the others get a <see cref="Tensor{T}.Clone"/>.
    /// </remarks>
    protected void Propagate(int index, Tensor<T> gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        if (ReferenceEquals(gradient, upstreamOfBackward)) upstreamOfBackward = null;
        if (Needs(index)) inputs[index].Accumulate(gradient);
        else gradient.Dispose();
    }

    /// <summary>
    /// As <see cref="Propagate"/> for an input that was broadcast: sums <paramref name="gradient"/> over the axes along which the input was stretched.
    /// </summary>
    protected void PropagateBroadcast(int index, Tensor<T> gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        if (!Needs(index) || gradient.Shape == InputShape(index))
        {
            Propagate(index, gradient);
            return;
        }

        Propagate(index, Kernels.SumTo(gradient, InputShape(index)));
        // The upstream gradient may still be needed for another input; it is released after Backward.
        if (!ReferenceEquals(gradient, upstreamOfBackward)) gradient.Dispose();
    }

    // The name is built only for a profiler.
    private Profiler.Scope Profile(ComputeContext context, string pass) =>
        context.Options.Profiler is null ? default : context.Profile(Name, pass);

    internal void RunBackward()
    {
        var variable = output!;
        // A kept variable's gradient stays with it: operations below get a copy, because they may pass theirs on.
        upstreamOfBackward = variable.IsKept ? variable.PendingGradient?.Clone() : variable.TakeGradient();
        if (upstreamOfBackward is { } upstream)
        {
            using (Profile(upstream.Context, "backward")) Backward(upstream);
            upstreamOfBackward?.Dispose();
            upstreamOfBackward = null;
        }

        Release();
    }

    internal void Release()
    {
        ReleaseSaved();
        output!.ReleaseValue();
    }

    private Tensor<T> Unmodified(Tensor<T> value, long version, string what) => value.Version == version ? value : throw new InvalidOperationException(
        $"{Name}: {what} {value.Shape} was modified after forward, so the gradient cannot be computed. Run Backward before changing values.");
}
