using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>The description of one layer, without weights: the one source for building it, for its summary, and for counting its parameters.</summary>
/// <param name="Key">Its path in the model, torchvision's: <c>features.0</c>.</param>
public abstract record LayerPlan(string Key)
{
    /// <summary>What the layer is, by PyTorch's name: <c>Conv2d</c>.</summary>
    public virtual string Kind => GetType().Name.Replace("Plan", "", StringComparison.Ordinal);

    /// <summary>The number of trained elements.</summary>
    public virtual long ParameterCount => 0;

    /// <summary>The shape of the output.</summary>
    /// <exception cref="ShapeException">The layer cannot take the input.</exception>
    public virtual Shape OutputShape(Shape input) => input;

    /// <summary>Multiply-adds of one forward pass as torchinfo counts them: parameters × output positions × images.</summary>
    public virtual long MultiplyAdds(Shape output) => 0;

    /// <summary>The receptive field of the output, from that of the input.</summary>
    public virtual ReceptiveField Grow(ReceptiveField field, Shape input) => field;

    /// <summary>Makes the layer.</summary>
    public abstract Module<T> Build<T>(LayerSource source)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Throws unless the input is a batch of images.</summary>
    /// <param name="input">The shape of the input.</param>
    /// <param name="channels">The channels that it must have; 0 for any.</param>
    /// <exception cref="ShapeException">It is not.</exception>
    protected void RequireImages(Shape input, int channels = 0)
    {
        if (input.Rank != 4 || (channels > 0 && input[1] != channels))
            throw new ShapeException($"{Key} ({Kind}): expected images [N, {(channels > 0 ? channels : "C")}, H, W], found {input}.");
    }

    /// <summary>The shape after a window slides over images.</summary>
    /// <exception cref="ShapeException">The window is larger than the padded image.</exception>
    protected Shape Slide(Shape input, int outChannels, int window, int stride, int padding)
    {
        int height = input[2] + (2 * padding), width = input[3] + (2 * padding);
        if (height < window || width < window)
        {
            throw new ShapeException(
                $"{Key} ({Kind}): a window of {window}×{window} does not fit into {input[2]}×{input[3]} pixels; use a larger image or fewer poolings.");
        }

        return [input[0], outChannels, ((height - window) / stride) + 1, ((width - window) / stride) + 1];
    }
}

/// <summary>What a layer needs to be made: how its weights are drawn, from which seed, and where its tensors live.</summary>
/// <param name="Initialization">How the weights are drawn.</param>
/// <param name="Seed">The seed of the model.</param>
/// <param name="Context">Where the tensors live; null for the default.</param>
public sealed record LayerSource(Initialization Initialization, long Seed, ComputeContext? Context)
{
    /// <summary>The random numbers of a layer for one purpose, <c>initialization</c> or <c>dropout</c>.</summary>
    public RandomStream Random(string purpose, string key) => new(Seed, $"{purpose}/{key}");
}
