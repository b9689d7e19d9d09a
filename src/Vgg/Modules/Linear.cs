using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Describes a <see cref="Linear{T}"/>.</summary>
/// <param name="Key">Its path in the model.</param>
/// <param name="InFeatures">Elements of each input row.</param>
/// <param name="OutFeatures">Elements of each output row.</param>
public sealed record LinearPlan(string Key, int InFeatures, int OutFeatures) : LayerPlan(Key)
{
    /// <inheritdoc/>
    public override long ParameterCount => ((long)InFeatures * OutFeatures) + OutFeatures;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => input.Rank == 2 && input[1] == InFeatures
        ? [input[0], OutFeatures]
        : throw new ShapeException($"{Key} ({Kind}): expected [N, {InFeatures}], found {input}.");

    /// <inheritdoc/>
    public override long MultiplyAdds(Shape output) => ParameterCount * output[0];

    /// <inheritdoc/>
    public override ReceptiveField Grow(ReceptiveField field, Shape input) => field.Window(field.Map) with { Map = 1 };

    /// <inheritdoc/>
    public override Module<T> Build<T>(LayerSource source) => new Linear<T>(
        InFeatures, OutFeatures, source.Random("initialization", Key), initialization: source.Initialization, context: source.Context);
}

/// <summary>y = x · weightᵀ + bias, for rows [N, in], with <c>weight</c> [out, in] and, unless left out, <c>bias</c> [out].</summary>
public sealed class Linear<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A new layer.</summary>
    /// <param name="inFeatures">Elements of each input row.</param>
    /// <param name="outFeatures">Elements of each output row.</param>
    /// <param name="random">Where the weights are drawn from.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="initialization">How the weights are drawn.</param>
    /// <param name="context">Where the parameters live; null for the default.</param>
    public Linear(int inFeatures, int outFeatures, RandomStream random, bool bias = true,
        Initialization initialization = Initialization.Uniform, ComputeContext? context = null)
    {
        Shape shape = [outFeatures, inFeatures];
        Weight = AddParameter("weight", Initializer.Weight<T>(shape, initialization, random, context));
        if (bias) Bias = AddParameter("bias", Initializer.Bias<T>(shape, initialization, random, context));
    }

    /// <summary>The weight, [out, in].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>What is added to each row, [out]; null where left out.</summary>
    public Parameter<T>? Bias { get; }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Linear(x.Tape.Use(Weight), Bias is null ? null : x.Tape.Use(Bias));
    }
}
