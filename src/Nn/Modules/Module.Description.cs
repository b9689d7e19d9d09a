using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

// The description of a module, which is available without a forward pass. Summaries, checks and exports use it. A layer overrides the
// members that apply to it.
public abstract partial class Module<T>
{
    /// <summary>The name of this kind of module, by default the class name. Built-in layers have PyTorch's names: <c>Conv2d</c>.</summary>
    public virtual string Kind => GetType().Name.Split('`')[0];

    /// <summary>The settings that <see cref="ToString"/> shows if the module has no children.</summary>
    protected virtual string Settings => "";

    /// <summary>The shape of the output for an input shape.</summary>
    /// <param name="input">The shape of the input.</param>
    /// <param name="mode">The mode of the pass.</param>
    /// <exception cref="ShapeException">The module does not accept the input shape in this mode.</exception>
    /// <exception cref="NotSupportedException">The module does not state its output shape.</exception>
    public virtual Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) =>
        throw new NotSupportedException($"{Kind} does not state its output shape; override OutputShape.");

    /// <summary>The layers that an input passes through, in order, with their input and output shapes.</summary>
    /// <remarks>The layers are checked one by one during enumeration, which therefore throws the exceptions.</remarks>
    /// <param name="input">The shape of the input.</param>
    /// <param name="mode">The mode of the pass.</param>
    /// <exception cref="ShapeException">A layer does not accept its input shape; the message names the layer.</exception>
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
                string message = e.Message.Replace($"{layer.Kind}: ", "", StringComparison.Ordinal);
                throw new ShapeException($"{key} ({layer.Kind}): {message}");
            }

            yield return new LayerCall<T>(key, layer, input, output);
            input = output;
        }
    }

    /// <summary>
    /// The layers in the order in which an input passes through them, by key. By default, the module is one layer with an empty key.
    /// </summary>
    protected internal virtual IEnumerable<(string Key, Module<T> Layer)> Sequence() => [("", this)];

    /// <summary>The layers of the given children, in order. The name of the child precedes each key.</summary>
    protected static IEnumerable<(string Key, Module<T> Layer)> SequenceOf(IEnumerable<(string Name, Module<T> Module)> modules) =>
        modules.SelectMany(named => named.Module.Sequence().Select(step => (Join(named.Name, step.Key), step.Layer)));

    /// <summary>
    /// The number of multiply-adds of one forward pass, counted as in torchinfo: parameters × images, and for a convolution also × output
    /// positions.
    /// </summary>
    /// <param name="output">The shape of the output.</param>
    public virtual long MultiplyAdds(Shape output) => ParameterCount * output[0];

    /// <summary>The receptive field of the output, given that of the input.</summary>
    /// <param name="field">The receptive field of the input.</param>
    /// <param name="input">The shape of the input.</param>
    public virtual ReceptiveField Grow(ReceptiveField field, Shape input) => field;

    /// <summary>Adds nodes to an ONNX graph that compute the same result as the module in evaluation mode.</summary>
    /// <param name="graph">The graph; its last node computes the module's input.</param>
    /// <param name="key">The module's key, used in the names of nodes and constants.</param>
    /// <param name="input">The shape of the input.</param>
    /// <exception cref="NotSupportedException">ONNX cannot express the module, or the module does not override this method.</exception>
    public virtual void ExportOnnx(OnnxGraph graph, string key, Shape input) =>
        throw new NotSupportedException(
            $"{key} ({Kind}): expected a layer with an ONNX operator; override ExportOnnx, leave the layer out, " +
            "or export only the layers before it.");

    /// <summary>Runs modules one after the other. Releases each intermediate result after its use, unless backward may need it.</summary>
    /// <param name="chain">The modules, for example the result of <see cref="Fused"/>.</param>
    /// <param name="x">The input of the first module; it is not released.</param>
    protected static Variable<T> Run(ReadOnlySpan<Module<T>> chain, Variable<T> x)
    {
        var current = x;
        foreach (var module in chain)
        {
            var next = module.Forward(current);
            // A module may return its input, as dropout does in evaluation mode.
            if (!ReferenceEquals(current, x) && !ReferenceEquals(current, next)) current.Tape.ReleaseIntermediate(current);
            current = next;
        }

        return current;
    }

    /// <summary>
    /// Rewrites a chain of modules into one that computes the same result, up to rounding, in fewer operations. Convolution, batch
    /// normalization, ReLU and max pooling become one operation. Flattening is skipped if a linear layer can read the images as they are.
    /// </summary>
    protected static Module<T>[] Fused(ReadOnlySpan<Module<T>> chain) => Fusion.Rewrite(chain);

    /// <summary>Throws unless the input is a batch of images.</summary>
    /// <param name="input">The shape of the input.</param>
    /// <param name="channels">The required number of channels; 0 for any.</param>
    /// <returns>The shape of the input.</returns>
    /// <exception cref="ShapeException">The input is not a batch of images with this number of channels.</exception>
    private protected Shape RequireImages(Shape input, int channels = 0) =>
        input.Rank == 4 && (channels == 0 || input[1] == channels) ? input
        : throw new ShapeException($"{Kind}: expected images [N, {(channels > 0 ? channels : "C")}, H, W], found {input}.");
}

/// <summary>A layer of a network, and the shapes of its input and output.</summary>
/// <param name="Key">The path of the layer in the network; empty if the network is one layer.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Input">The shape of the input.</param>
/// <param name="Output">The shape of the output.</param>
public readonly record struct LayerCall<T>(string Key, Module<T> Layer, Shape Input, Shape Output)
    where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>;
