using DeepSharp.Autograd;
using DeepSharp.Nn;
using DeepSharp.Tensors;

namespace DeepSharp.Testing;

/// <summary>Checks a whole module: its gradients, and the rules that training, files and summaries rely on.</summary>
/// <remarks>
/// <code>
/// ModuleCheck.Run(() =&gt; new LearnedSwish&lt;double&gt;(channels: 3), new TestValues(1).AwayFromZero([2, 3, 5, 4]));
/// </code>
/// </remarks>
public static class ModuleCheck
{
    // Of larger tensors, only this number of elements is checked.
    private const int ElementsPerTensor = 50;

    /// <summary>Checks a module on one input.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>
    /// The gradients with respect to the input and the parameters equal central differences, in training and in evaluation mode (see
    /// <see cref="GradientCheck"/>).
    /// </item>
    /// <item>If the module overrides <see cref="Module{T}.OutputShape"/>, the output has this shape in evaluation mode.</item>
    /// <item>
    /// The module stores nothing between calls: another forward pass before backward does not change the gradients in evaluation mode.
    /// </item>
    /// <item>
    /// The state is complete: another module of the same kind that loads it computes the same output in evaluation mode, bit for bit.
    /// </item>
    /// </list>
    /// </remarks>
    /// <param name="create">Creates a new module on each call. The initial weights may be the same or different.</param>
    /// <param name="input">An input at which the module is smooth, far from kinks of ReLU and ties of maxima.</param>
    /// <exception cref="InvalidOperationException">A rule is broken. The message says which.</exception>
    public static void Run(Func<Module<double>> create, Tensor<double> input)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(input);
        using Module<double> module = create(), other = create();
        CheckShape(module, input);
        CheckGradients(module, input, Mode.Training);
        CheckGradients(module, input, Mode.Evaluation);
        CheckNothingIsStored(module, input);
        CheckState(module, other, input);
    }

    private static void CheckShape(Module<double> module, Tensor<double> input)
    {
        Shape stated;
        try
        {
            stated = module.OutputShape(input.Shape);
        }
        catch (NotSupportedException)
        {
            // A module need not state its output shape.
            return;
        }

        using var tape = new Tape<double>(Mode.Evaluation);
        var found = module.Forward(tape.Input(input)).Shape;
        Require(stated == found, module, $"states the output shape {stated} for the input {input.Shape}, but computes {found}");
    }

    private static void CheckGradients(Module<double> module, Tensor<double> input, Mode mode)
    {
        var forward = Repeatable(module);
        var free = new Parameter<double>(input.Clone());
        try
        {
            GradientCheck
                .Run(tape => forward(tape.Use(free)), module.NamedParameters().Prepend(("input", free)), ElementsPerTensor, mode: mode)
                .Require();
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"{module.Kind}, {mode}: {e.Message}", e);
        }
        finally
        {
            free.Dispose();
        }
    }

    private static void CheckNothingIsStored(Module<double> module, Tensor<double> input)
    {
        var forward = Repeatable(module);
        double[][] alone = Gradients(beforeBackward: null), disturbed = Gradients(() =>
        {
            using var larger = input + 1.0;
            using var tape = new Tape<double>(Mode.Evaluation);
            forward(tape.Input(larger));
        });
        Require(
            alone.Zip(disturbed).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)),
            module,
            "computes different gradients if another pass runs before backward");

        double[][] Gradients(Action? beforeBackward)
        {
            using var tape = new Tape<double>(Mode.Evaluation, recording: true);
            var x = tape.Input(input, requiresGradient: true);
            var loss = forward(x).Sum();
            beforeBackward?.Invoke();
            tape.Backward(loss);
            double[][] gradients =
                [.. module.Parameters().Select(parameter => parameter.Gradient?.ToArray() ?? []), x.Gradient?.ToArray() ?? []];
            foreach (var parameter in module.Parameters()) parameter.ZeroGradient();
            return gradients;
        }
    }

    private static void CheckState(Module<double> module, Module<double> other, Tensor<double> input)
    {
        other.State().Load(module.State());
        Require(
            Output(module).AsSpan().SequenceEqual(Output(other)),
            module,
            "computes a different output after its state was loaded into another module of its kind");

        double[] Output(Module<double> computed)
        {
            using var tape = new Tape<double>(Mode.Evaluation);
            return computed.Forward(tape.Input(input)).Value.ToArray();
        }
    }

    // Layers that use random numbers advance their position at each pass. Resets the positions before each pass, so that every pass with
    // the same input has the same output.
    private static Func<Variable<double>, Variable<double>> Repeatable(Module<double> module)
    {
        var positions = module.Positions();
        var saved = positions.Select(position => position.Value.Integer).ToArray();
        return x =>
        {
            foreach (var ((_, position), value) in positions.Zip(saved)) position.Integer = value;
            return module.Forward(x);
        };
    }

    private static void Require(bool holds, Module<double> module, string problem)
    {
        if (!holds) throw new InvalidOperationException($"{module.Kind} {problem}.");
    }
}
