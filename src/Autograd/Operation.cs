using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>
/// A differentiable operation. An instance is one application of the operation: its inputs, its output and the values saved for backward.
/// </summary>
/// <remarks>
/// To add an operation, derive from this class: <see cref="Forward"/> computes the value, <see cref="Backward"/> passes a gradient to every
/// input that <see cref="Needs"/> one, and an extension method calls <see cref="Apply"/>. An instance can be applied only once.
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

    /// <summary>The name that errors and profiles show; by default, the class name without the suffix "Operation".</summary>
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

    /// <summary>The tape of the inputs.</summary>
    protected Tape<T> Tape => inputs[0].Tape;

    /// <summary>The kernels of the inputs' context.</summary>
    protected Kernels Kernels => inputs[0].Value.Context.Kernels;

    /// <summary>Whether the operation is recorded. An operation that is not recorded need not save anything for backward.</summary>
    protected bool IsRecording => recording;

    /// <summary>Runs the operation, and records it if the tape is recording and an input requires a gradient.</summary>
    /// <exception cref="ArgumentException">There are no inputs.</exception>
    /// <exception cref="InvalidOperationException">
    /// The inputs are on different tapes or in different contexts, the operation was applied before, or the operation would be recorded
    /// after backward already ran on the tape.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The value of an input was released, or the tape was disposed.</exception>
    public Variable<T> Apply(params ReadOnlySpan<Variable<T>> inputs)
    {
        if (output is not null)
            throw new InvalidOperationException($"{Name}: an operation can be applied only once; create a new one for each application.");
        if (inputs.Length == 0) throw new ArgumentException($"{Name}: an operation needs at least one input.", nameof(inputs));
        this.inputs = inputs.ToArray();
        bool needsGradient = false;
        foreach (var input in inputs)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
            if (!ReferenceEquals(input.Tape, inputs[0].Tape))
                throw new InvalidOperationException($"{Name}: the inputs are on different tapes.");
            // Compare here first, because building the name of the operation allocates strings.
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
    /// Computes the value from the <see cref="Input"/>s, in a new tensor. Throws <see cref="ShapeException"/> if their shapes do not fit.
    /// </summary>
    protected abstract Tensor<T> Forward();

    /// <summary>Calls <see cref="Propagate"/> for every input that <see cref="Needs"/> a gradient.</summary>
    /// <param name="upstream">
    /// The gradient of the loss with respect to the output, in the shape of the output. The tape releases it afterwards, unless
    /// <see cref="Propagate"/> passed it on.
    /// </param>
    protected abstract void Backward(Tensor<T> upstream);

    /// <summary>
    /// Releases the values that were saved for backward, apart from the inputs and the output. It may be called more than once.
    /// </summary>
    protected virtual void ReleaseSaved()
    {
    }

    /// <summary>The value of an input. It must not be modified between forward and backward.</summary>
    /// <exception cref="InvalidOperationException">Backward is running, and the value was modified after forward.</exception>
    protected Tensor<T> Input(int index)
    {
        var value = inputs[index].Value;
        return versions.Length == 0 ? value : Unmodified(value, versions[index], $"input {index}");
    }

    /// <summary>The value that forward computed, for use in backward. It must not be modified between forward and backward.</summary>
    /// <exception cref="InvalidOperationException">The value was modified after forward.</exception>
    protected Tensor<T> Output => Unmodified(output!.Value, outputVersion, "the output");

    /// <summary>The number of inputs.</summary>
    protected int InputCount => inputs.Length;

    /// <summary>The shape of an input.</summary>
    protected Shape InputShape(int index) => inputs[index].Shape;

    /// <summary>Whether an input requires a gradient.</summary>
    protected bool Needs(int index) => inputs[index].RequiresGradient;

    /// <summary>
    /// Adds to the gradient of an input. Takes ownership of <paramref name="gradient"/>, even if the input needs no gradient.
    /// </summary>
    /// <remarks>
    /// The upstream gradient itself may be passed on, but to one input only. Pass a <see cref="Tensor{T}.Clone"/> to the others.
    /// </remarks>
    /// <exception cref="ShapeException">The input needs a gradient, and its shape differs from that of the gradient.</exception>
    protected void Propagate(int index, Tensor<T> gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        if (ReferenceEquals(gradient, upstreamOfBackward)) upstreamOfBackward = null;
        if (Needs(index)) inputs[index].Accumulate(gradient);
        else gradient.Dispose();
    }

    /// <summary>
    /// Like <see cref="Propagate"/>, but for an input that may have been broadcast: first sums <paramref name="gradient"/> over the axes
    /// along which the input was broadcast.
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

    // The name is built only if there is a profiler.
    private Profiler.Scope Profile(ComputeContext context, string pass) =>
        context.Options.Profiler is null ? default : context.Profile(Name, pass);

    internal void RunBackward()
    {
        var variable = output!;
        // A variable marked by Keep retains its gradient. Backward gets a copy, because it may pass the upstream gradient on to an input.
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

    private Tensor<T> Unmodified(Tensor<T> value, long version, string what) => value.Version == version
        ? value
        : throw new InvalidOperationException(
            $"{Name}: {what} {value.Shape} was modified after forward, so the gradient cannot be computed. " +
            "Run Backward before changing values.");
}
