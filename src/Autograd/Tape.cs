using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>Records the operations of one forward pass and runs backward through them in reverse order.</summary>
/// <remarks>
/// <code>
/// using var tape = new Tape&lt;float&gt;(Mode.Training);
/// var loss = model.Forward(tape.Input(images)).CrossEntropy(labels);
/// tape.Backward(loss);
/// </code>
/// The tape owns the results of its operations and its constants. It does not own inputs and parameters. Recording and mode can be chosen
/// independently. A tape must be used by one thread only. Several threads may evaluate one model at the same time, each on its own tape.
/// </remarks>
public sealed class Tape<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<Operation<T>> operations = [];
    private readonly List<Variable<T>> variables = [];
    private readonly Dictionary<Parameter<T>, Variable<T>> parameters = new(ReferenceEqualityComparer.Instance);
    private bool backwardDone, disposed;

    /// <summary>Creates a tape.</summary>
    /// <param name="mode">How dropout and batch normalization behave.</param>
    /// <param name="recording">Whether operations are recorded for backward; null to record only in training mode.</param>
    public Tape(Mode mode, bool? recording = null)
    {
        Mode = mode;
        IsRecording = recording ?? mode == Mode.Training;
    }

    /// <summary>How dropout and batch normalization behave.</summary>
    public Mode Mode { get; }

    /// <summary>Whether the tape records operations, so that <see cref="Backward(Variable{T})"/> is possible.</summary>
    public bool IsRecording { get; }

    /// <summary>
    /// Puts a tensor on the tape. The caller still owns the tensor and must neither change nor dispose it before
    /// <see cref="Backward(Variable{T})"/> has run.
    /// </summary>
    /// <param name="value">The tensor.</param>
    /// <param name="requiresGradient">
    /// Whether backward computes the gradient of the tensor, see <see cref="Variable{T}.Gradient"/>. Ignored if the tape does not record.
    /// </param>
    /// <exception cref="ObjectDisposedException">The tape was disposed.</exception>
    public Variable<T> Input(Tensor<T> value, bool requiresGradient = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        ObjectDisposedException.ThrowIf(disposed, this);
        return AddVariable(new Variable<T>(this, value, requiresGradient && IsRecording, ownsValue: false));
    }

    /// <summary>Puts a scalar on the tape: a tensor of rank 0 that requires no gradient and that the tape owns.</summary>
    /// <param name="value">The scalar.</param>
    /// <param name="context">
    /// The context of the variables that the scalar is combined with; null for <see cref="ComputeContext.Default"/>.
    /// </param>
    /// <exception cref="ObjectDisposedException">The tape was disposed.</exception>
    public Variable<T> Constant(T value, ComputeContext? context = null)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return AddVariable(new Variable<T>(this, Tensor<T>.Scalar(value, context), requiresGradient: false, ownsValue: true));
    }

    /// <summary>The parameter as a variable of this tape. Every call for the same parameter returns the same variable.</summary>
    /// <exception cref="ObjectDisposedException">The tape was disposed.</exception>
    public Variable<T> Use(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!parameters.TryGetValue(parameter, out var variable))
        {
            variable = new Variable<T>(
                this, parameter.Value, parameter.RequiresGradient && IsRecording, ownsValue: false, source: null, parameter);
            parameters.Add(parameter, variable);
        }

        return variable;
    }

    /// <summary>
    /// Computes the gradient of <paramref name="loss"/>, which has one element, with respect to each parameter and input that requires one,
    /// and adds it to the <c>Gradient</c> of that parameter or input.
    /// </summary>
    /// <exception cref="ShapeException">The loss has more than one element, so an upstream gradient is needed.</exception>
    /// <exception cref="InvalidOperationException">
    /// The loss is on another tape, the tape does not record, backward already ran on it, a value that backward reads was modified after
    /// forward, or nothing that the loss depends on requires a gradient.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The tape was disposed.</exception>
    public void Backward(Variable<T> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (loss.Shape.ElementCount != 1)
        {
            throw new ShapeException(
                $"Backward: the loss must have one element, found {loss.Shape}; reduce it, or pass the upstream gradient.");
        }

        Backward(loss, Tensor<T>.Full(loss.Shape, T.One, loss.Value.Context));
    }

    /// <summary>Like <see cref="Backward(Variable{T})"/>, but for an output of any shape.</summary>
    /// <param name="output">The variable to start from.</param>
    /// <param name="upstream">The gradient of the loss with respect to <paramref name="output"/>; the tape takes ownership.</param>
    /// <exception cref="InvalidOperationException">
    /// The output is on another tape, the tape does not record, backward already ran on it, a value that backward reads was modified after
    /// forward, or nothing that the output depends on requires a gradient.
    /// </exception>
    /// <exception cref="ShapeException">The upstream gradient does not have the shape of the output.</exception>
    /// <exception cref="ObjectDisposedException">The tape was disposed.</exception>
    public void Backward(Variable<T> output, Tensor<T> upstream)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(upstream);
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!ReferenceEquals(output.Tape, this)) throw new InvalidOperationException("Backward: the output is on another tape.");
        if (!IsRecording)
            throw new InvalidOperationException("Backward: this tape does not record; create it with Mode.Training or recording: true.");
        if (backwardDone)
        {
            throw new InvalidOperationException(
                "Backward already ran on this tape and released the values that it needs; make a new tape for each forward pass.");
        }

        if (!output.RequiresGradient)
            throw new InvalidOperationException("Backward: nothing that the output depends on requires a gradient.");
        output.Accumulate(upstream);
        backwardDone = true;
        // The loss stays readable, because its value is often printed.
        output.KeepValueOnly();
        for (int i = operations.Count - 1; i >= 0; i--) operations[i].RunBackward();
        operations.Clear();
    }

    /// <summary>
    /// Releases the results of all operations on this tape, and the gradients of inputs and intermediate results. Gradients of parameters
    /// remain.
    /// </summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        foreach (var operation in operations) operation.Release();
        foreach (var variable in variables) variable.End();
        operations.Clear();
        variables.Clear();
        parameters.Clear();
    }

    internal void Add(Variable<T> output, bool recorded)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (backwardDone && recorded)
        {
            throw new InvalidOperationException(
                $"{output.Source?.Name}: backward already ran on this tape; make a new tape for each forward pass.");
        }

        AddVariable(output);
        if (recorded) operations.Add(output.Source!);
    }

    /// <summary>
    /// Releases the value of an intermediate result that no further operation will use. Does nothing if the variable is kept or requires a
    /// gradient, or if backward may read its value.
    /// </summary>
    public void ReleaseIntermediate(Variable<T> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        if (!variable.RequiresGradient && !variable.IsSaved) variable.ReleaseValue();
    }

    private Variable<T> AddVariable(Variable<T> variable)
    {
        variables.Add(variable);
        return variable;
    }
}
