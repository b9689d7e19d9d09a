using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

// What a module says about itself without computing anything: a layer overrides the members that concern it, and summaries, checks and exports follow.
public abstract partial class Module<T>
{
    /// <summary>What the module is, by PyTorch's name: <c>Conv2d</c>.</summary>
    public virtual string Kind => GetType().Name.Split('`')[0];

    /// <summary>The settings that <see cref="ToString"/> shows.</summary>
    protected virtual string Settings => "";

    /// <summary>The shape of the output for an input of a shape.</summary>
    /// <param name="input">The shape of the input.</param>
    /// <param name="mode">The mode of the pass.</param>
    /// <exception cref="ShapeException">The module cannot take the input in this mode.</exception>
    /// <exception cref="NotSupportedException">The module does not state it.</exception>
    public virtual Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) =>
        throw new NotSupportedException($"{Kind} does not state its output shape; override OutputShape.");

    /// <summary>The layers that an input passes through, in order, with the shapes between them.</summary>
    /// <param name="input">The shape of the input.</param>
    /// <param name="mode">The mode of the pass.</param>
    /// <exception cref="ShapeException">A layer cannot take its input; the message names the layer.</exception>
    /// <exception cref="NotSupportedException">A layer does not state its output shape.</exception>
    public IEnumerable<LayerCall<T>> Layers(Shape input, Mode mode = Mode.Evaluation)
    {
        foreach (var (key, layer) in Sequence())
        {
            Shape output;
            try
            {
                output = layer.OutputShape(input, mode);
            }
            catch (ShapeException e) when (key.Length > 0)
            {
                throw new ShapeException($"{key} ({layer.Kind}): {e.Message.Replace($"{layer.Kind}: ", "", StringComparison.Ordinal)}");
            }

            yield return new LayerCall<T>(key, layer, input, output);
            input = output;
        }
    }

    /// <summary>The layers in the order in which an input passes through them, by key. A module that is not made of a chain of others is its own only layer.</summary>
    protected internal virtual IEnumerable<(string Key, Module<T> Layer)> Sequence() => [("", this)];

    /// <summary>The layers of some children, in order.</summary>
    protected static IEnumerable<(string Key, Module<T> Layer)> SequenceOf(IEnumerable<(string Name, Module<T> Module)> modules) =>
        modules.SelectMany(named => named.Module.Sequence().Select(step => (Join(named.Name, step.Key), step.Layer)));

    /// <summary>Multiply-adds of one forward pass as torchinfo counts them: parameters × output positions × images.</summary>
    /// <param name="output">The shape of the output.</param>
    public virtual long MultiplyAdds(Shape output) => ParameterCount * output[0];

    /// <summary>The receptive field of the output, from that of the input.</summary>
    /// <param name="field">The receptive field of the input.</param>
    /// <param name="input">The shape of the input.</param>
    public virtual ReceptiveField Grow(ReceptiveField field, Shape input) => field;

    /// <summary>Adds to an ONNX graph the nodes that compute what the module computes in evaluation mode.</summary>
    /// <param name="graph">The graph; its last node is the input.</param>
    /// <param name="key">The module's key, by which nodes and constants are named.</param>
    /// <param name="input">The shape of the input.</param>
    /// <exception cref="NotSupportedException">ONNX cannot say it, or the module does not.</exception>
    public virtual void ExportOnnx(OnnxGraph graph, string key, Shape input) =>
        throw new NotSupportedException($"{key} ({Kind}): expected a layer that ONNX has an operator for; override ExportOnnx, leave it out, or export the layers before it.");

    /// <summary>Computes modules one after the other, and releases each result between them that backward does not need.</summary>
    /// <param name="chain">The modules, see <see cref="Fused"/>.</param>
    /// <param name="x">The input of the first one, which is not released.</param>
    protected static Variable<T> Run(ReadOnlySpan<Module<T>> chain, Variable<T> x)
    {
        var current = x;
        foreach (var module in chain)
        {
            var next = module.Forward(current);
            // Dropout in evaluation returns its input.
            if (!ReferenceEquals(current, x) && !ReferenceEquals(current, next)) current.Tape.ReleaseIntermediate(current);
            current = next;
        }

        return current;
    }

    /// <summary>
    /// Rewrites a chain of modules into one that computes the same in fewer operations: convolution, batch normalization, ReLU and max pooling become one, and
    /// nothing is flattened that a linear layer can read as it is.
    /// </summary>
    protected static Module<T>[] Fused(ReadOnlySpan<Module<T>> chain) => Fusion.Rewrite(chain);

    /// <summary>Throws unless the input is a batch of images.</summary>
    /// <param name="input">The shape of the input.</param>
    /// <param name="channels">The channels that it must have; 0 for any.</param>
    /// <exception cref="ShapeException">It is not.</exception>
    private protected Shape RequireImages(Shape input, int channels = 0) => input.Rank == 4 && (channels == 0 || input[1] == channels) ? input
        : throw new ShapeException($"{Kind}: expected images [N, {(channels > 0 ? channels : "C")}, H, W], found {input}.");
}

/// <summary>A layer of a network, and the shapes of its input and output.</summary>
/// <param name="Key">Its path in the network.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Input">The shape of its input.</param>
/// <param name="Output">The shape of its output.</param>
public readonly record struct LayerCall<T>(string Key, Module<T> Layer, Shape Input, Shape Output)
    where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>;
