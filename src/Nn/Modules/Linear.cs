using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>y = x · weightᵀ + bias, for rows [N, in], with <c>weight</c> [out, in] and an optional <c>bias</c> [out].</summary>
/// <remarks>Images of one pixel, [N, in, 1, 1], are treated as rows.</remarks>
public sealed class Linear<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Creates a layer.</summary>
    /// <param name="inFeatures">The number of elements in an input row.</param>
    /// <param name="outFeatures">The number of elements in an output row.</param>
    /// <param name="random">The random stream of the initial weight and bias.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="initialization">How the weight and the bias are initialized.</param>
    /// <param name="context">The context of the parameters; null for the default.</param>
    /// <exception cref="ArgumentException">A number of features is below 1.</exception>
    public Linear(int inFeatures, int outFeatures, RandomStream random, bool bias = true,
        Initialization initialization = Initialization.Uniform, ComputeContext? context = null)
    {
        Shape shape = [outFeatures, inFeatures];
        Weight = AddParameter("weight", shape, own => Initializer.Weight<T>(shape, initialization, random, own), context);
        if (bias) Bias = AddParameter("bias", [outFeatures], own => Initializer.Bias<T>(shape, initialization, random, own), context);
    }

    /// <summary>The weight, [out, in].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>The bias of each output, [out]; null if the layer has none.</summary>
    public Parameter<T>? Bias { get; }

    /// <inheritdoc/>
    protected override string Settings => $"{Weight.Shape[1]}, {Weight.Shape[0]}{(Bias is null ? ", no bias" : "")}";

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Linear(x.Tape.Use(Weight), Bias is null ? null : x.Tape.Use(Bias));
    }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) =>
        (input.Rank == 2 || Flatten<T>.IsRows(input)) && input[1] == Weight.Shape[1] ? [input[0], Weight.Shape[0]]
        : throw new ShapeException($"{Kind}: expected [N, {Weight.Shape[1]}], found {input}.");

    /// <inheritdoc/>
    public override ReceptiveField Grow(ReceptiveField field, Shape input) => field.Window(field.Map) with { Map = 1 };

    /// <inheritdoc/>
    public override void ExportOnnx(OnnxGraph graph, string key, Shape input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        string rows = input.Rank == 2 ? graph.Last : graph.Add("Flatten", $"{key}.rows", [graph.Last], OnnxAttribute.Of("axis", 1));
        List<string> inputs = [rows, graph.Constant($"{key}.weight", Weight.Shape, () => Weight.Value)];
        if (Bias is { } bias) inputs.Add(graph.Constant($"{key}.bias", bias.Shape, () => bias.Value));
        graph.Add("Gemm", key, [.. inputs], OnnxAttribute.Of("transB", 1));
    }
}
