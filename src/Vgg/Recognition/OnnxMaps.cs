using System.Collections.Immutable;
using System.Globalization;
using DeepSharp.Formats;
using DeepSharp.Nn;

namespace DeepSharp.Vgg;

/// <summary>A value that is computed from the images by the layers of a VGG network.</summary>
/// <param name="Axes">Its axes.</param>
internal sealed record OnnxMaps(AxisGroups Axes) : OnnxValue
{
    /// <summary>The convolutions, poolings and normalizations from the images up to this value.</summary>
    public ImmutableList<OnnxFeature> Features { get; init; } = [];

    /// <summary>The linear layers up to this value.</summary>
    public ImmutableList<OnnxLinear> Linears { get; init; } = [];

    /// <summary>The convolution or linear layer whose ReLU has not come yet; null if there is none.</summary>
    public OnnxNode? WithoutRelu { get; init; }

    /// <summary>The zeros around the maps that a Pad node added for the next convolution.</summary>
    public OnnxWindow.Edges Padding { get; init; }

    /// <summary>Height and width of the maps that the linear part reads; null if they are not known yet.</summary>
    public long? PoolSize { get; init; }

    /// <summary>The constants of the local response normalizations; null if there are none.</summary>
    public LrnConstants? Lrn { get; init; }

    /// <summary>The Softmax or LogSoftmax that made probabilities of the scores; null if there is none.</summary>
    public OnnxNode? Softmax { get; init; }

    private (long Channels, long Height, long Width) Size => (Axes.Lengths[1], Axes.Lengths[2], Axes.Lengths[3]);

    /// <summary>After a convolution.</summary>
    public OnnxMaps Convolution(OnnxNode node, StoredTensor weight, StoredTensor? bias)
    {
        RequireFeature(node);
        if (weight.Shape is not [var outputs, var inputs, var rows, var columns])
            throw node.Refusal($"weights [O, I, k, k], found [{string.Join(", ", weight.Shape)}]");
        node.Require("group", 1);
        if (inputs != Size.Channels) throw node.Refusal($"weights for {Size.Channels} channels, found {inputs}");
        var padded = (Height: Size.Height + Padding.Top + Padding.Bottom, Width: Size.Width + Padding.Left + Padding.Right);
        var window = OnnxWindow.Of(node, (rows, columns), padded.Height, padded.Width);
        if (window.Strides != (1, 1)) throw node.Refusal($"strides (1, 1), found {window.Strides}");
        var pads = window.Padding.Plus(Padding);
        if (rows != columns || pads != new OnnxWindow.Edges(pads.Top, pads.Top, pads.Top, pads.Top))
            throw node.Refusal($"a square kernel and the same pads at all edges, found {rows}×{columns} and {pads}");
        var feature = new OnnxFeature(node, Step(node, outputs, rows, pads.Top), weight, Vector(node, bias, outputs));
        return this with
        {
            Axes = Axes.WithMaps(outputs, window.Output.Rows, window.Output.Columns),
            Features = Features.Add(feature),
            Padding = default,
            WithoutRelu = node,
        };
    }

    /// <summary>After a batch normalization, which must follow a convolution.</summary>
    public OnnxMaps Normalized(OnnxNode node, ImmutableArray<StoredTensor> parameters)
    {
        RequireMaps(node);
        node.Require("epsilon", 1e-5f);
        if (WithoutRelu is null || Features is not [.., { Step.Kind: VggStepKind.Convolution, Norm: null } last])
            throw node.Refusal("a convolution before it");
        return WithLast(last with { Norm = [.. parameters.Select(parameter => Vector(node, parameter, Size.Channels)!)] });
    }

    /// <summary>After the sum with a constant, which must be the bias of a convolution or linear layer.</summary>
    public OnnxMaps Added(OnnxNode node, StoredTensor constant)
    {
        bool isConvolution = PoolSize is null && Linears.IsEmpty && Axes.AreMaps;
        if (WithoutRelu is not null)
        {
            // Broadcasting aligns the last axes, which are rows and columns.
            if (isConvolution && constant.Shape.ToArray() is [.. var channels, 1, 1]
                && Features is [.., { Step.Kind: VggStepKind.Convolution, Norm: null, Bias: null } feature])
            {
                return WithLast(feature with { Bias = Vector(node, constant with { Shape = channels }, Size.Channels) });
            }

            if (Axes.AreRows && Linears is [.., { Bias: null } linear])
            {
                var bias = Vector(node, constant, Size.Channels);
                return this with { Linears = Linears.SetItem(Linears.Count - 1, linear with { Bias = bias }) };
            }
        }

        throw node.Refusal($"a layer without bias before it, and one number per channel, found [{string.Join(", ", constant.Shape)}]");
    }

    /// <summary>After a ReLU. A ReLU of values that are not negative has no effect.</summary>
    public OnnxMaps Rectified(OnnxNode node) =>
        Features.IsEmpty ? throw node.Refusal("a convolution before it") : this with { WithoutRelu = null };

    /// <summary>After a padding with zeros.</summary>
    public OnnxMaps Padded(OnnxNode node, OnnxWindow.Edges padding)
    {
        if (padding == default) return this;
        RequireFeature(node);
        return this with { Padding = Padding.Plus(padding) };
    }

    /// <summary>After a max pooling. It may precede the ReLU, because both orders give the same result.</summary>
    public OnnxMaps MaxPooled(OnnxNode node)
    {
        if (node.Outputs.Count > 1 && node.Outputs[1].Length > 0) throw node.Refusal("one output");
        RequireMaps(node);
        var window = OnnxWindow.Of(node, kernel: null, Size.Height, Size.Width);
        if (window.IsIdentity) return this;
        if (!window.IsHalving(Size.Height, Size.Width)) throw node.Refusal("windows of 2×2 with stride 2 without padding");
        if (Features.IsEmpty) throw node.Refusal("a convolution before it");
        return this with
        {
            Axes = Axes.WithMaps(Size.Channels, Size.Height / 2, Size.Width / 2),
            Features = Features.Add(new OnnxFeature(node, VggStep.MaxPool)),
        };
    }

    /// <summary>After a local response normalization.</summary>
    public OnnxMaps LocallyNormalized(OnnxNode node)
    {
        RequireFeature(node);
        if (node.Integer("size", 0) is not (>= 1 and <= int.MaxValue and var size))
            throw node.Refusal($"a size from 1 to {int.MaxValue}, found {node.Integer("size", 0)}");
        // The window of ONNX is not that of this library then.
        if (size % 2 == 0) throw node.Refusal($"an odd size, found {size}");
        var constants = new LrnConstants
        {
            Size = (int)size,
            Alpha = node.Float("alpha", 1e-4f),
            Beta = node.Float("beta", 0.75f),
            K = node.Float("bias", 1),
            DivideAlphaBySize = true,
        };
        // With such constants, no output is negative after a ReLU, so another ReLU has no effect.
        if (!(constants.K > 0 && constants.Alpha >= 0)) throw node.Refusal($"a positive bias, and alpha of at least 0, found {constants}");
        if (Lrn is not null && Lrn != constants) throw node.Refusal("the constants of the LRN before it");
        if (Features.IsEmpty) throw node.Refusal("a convolution before it");
        return this with { Features = Features.Add(new OnnxFeature(node, VggStep.LocalResponseNorm)), Lrn = constants };
    }

    /// <summary>After an average pooling with the windows of an adaptive one.</summary>
    public OnnxMaps AveragePooled(OnnxNode node)
    {
        RequireMaps(node);
        var window = OnnxWindow.Of(node, kernel: null, Size.Height, Size.Width);
        if (window.IsIdentity) return this;
        RequireFeature(node);
        if (!window.IsAdaptive(Size.Height, Size.Width) || window.Output.Rows != window.Output.Columns)
        {
            throw node.Refusal(
                $"windows that divide the maps of {Size.Height}×{Size.Width} into squares of equal number in rows and columns");
        }

        return this with
        {
            Axes = Axes.WithMaps(Size.Channels, window.Output.Rows, window.Output.Columns),
            PoolSize = window.Output.Rows,
        };
    }

    /// <summary>After averaging all pixels of each map.</summary>
    /// <param name="node">The node.</param>
    /// <param name="axes">The axes of the result; null if the node averages anything else.</param>
    public OnnxMaps GloballyAveraged(OnnxNode node, AxisGroups? axes)
    {
        if (axes is null) throw node.Refusal($"the axes of all pixels, found the shape [{string.Join(", ", Axes.Shape)}]");
        if (Size is (_, 1, 1)) return this with { Axes = axes };
        RequireLayers(node);
        if (PoolSize is not null) throw node.Refusal("a position before the average pooling");
        return this with { Axes = axes, PoolSize = 1 };
    }

    /// <summary>After a linear layer.</summary>
    /// <param name="node">The node.</param>
    /// <param name="weight">The weight [outputs, inputs], with the inputs in the order of the value's elements.</param>
    /// <param name="bias">The bias; null if it has none.</param>
    public OnnxMaps Linear(OnnxNode node, StoredTensor weight, StoredTensor? bias)
    {
        RequireLayers(node);
        long width = Size.Channels * Size.Height * Size.Width;
        if (!Axes.AreRows) throw node.Refusal($"the input [N, {width}], found [{string.Join(", ", Axes.Shape)}]");
        if (weight.Shape is not [var outputs, var inputs] || inputs != width || outputs > int.MaxValue)
            throw node.Refusal($"weights for {width} inputs, found [{string.Join(", ", weight.Shape)}]");
        if (PoolSize is null && Size.Height != Size.Width) throw node.Refusal($"square maps, found {Size.Height}×{Size.Width}");
        // The name of a weight is that of its layer and ".weight".
        int? number = weight.Name.Split('.') is [.., var text, "weight"]
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? parsed : null;
        return this with
        {
            Axes = Axes.WithWidth(outputs),
            Linears = Linears.Add(new OnnxLinear(InOrder(weight), Vector(node, bias, outputs), number)),
            PoolSize = PoolSize ?? Size.Height,
            WithoutRelu = node,
        };
    }

    /// <summary>After a Softmax or LogSoftmax over the classes. The output of the network here is the scores before it.</summary>
    public OnnxMaps WithSoftmax(OnnxNode node)
    {
        if (!Axes.AreRows || Linears.IsEmpty || node.Integer("axis", 1) is not (1 or -1))
            throw node.Refusal("scores [N, classes] as input");
        return this with { Softmax = node };
    }

    // The weight with its inputs in the order [C, H, W]. The maps may have been flattened in another order.
    private StoredTensor InOrder(StoredTensor weight)
    {
        var order = Axes.Order;
        if (order.Order().SequenceEqual(order)) return weight;
        long[] strides = new long[order.Count];
        long stride = weight.Strides?[1] ?? 1;
        for (int i = order.Count - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Axes.Lengths[(int)order[i]];
        }

        int[] sorted = [.. Enumerable.Range(0, order.Count).OrderBy(i => order[i])];
        return weight with
        {
            Axes = [weight.Shape[0], .. sorted.Select(i => Axes.Lengths[(int)order[i]])],
            Strides = [weight.Strides?[0] ?? weight.Shape[1], .. sorted.Select(i => strides[i])],
        };
    }

    // A constant with one number per channel.
    private static StoredTensor? Vector(OnnxNode node, StoredTensor? constant, long length)
    {
        if (constant is null) return null;
        bool isVector = constant.Shape.ToArray() is [.. var ones, var last] && last == length && ones.All(one => one == 1);
        return isVector && constant.Strides is null
            ? constant with { Shape = [length] }
            : throw node.Refusal($"a constant [{length}], found [{string.Join(", ", constant.Shape)}]");
    }

    private static VggStep Step(OnnxNode node, long channels, long kernel, long padding)
    {
        string text = $"{channels}:{kernel}p{padding}";
        try
        {
            return VggConfig.Parse(text).Steps[0];
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"not a VGG network: the node {node} would be the step {text}: {e.Reason()}", e);
        }
    }

    private OnnxMaps WithLast(OnnxFeature feature) => this with { Features = Features.SetItem(Features.Count - 1, feature) };

    private void RequireMaps(OnnxNode node)
    {
        if (!Axes.AreMaps) throw node.Refusal($"maps [N, C, H, W] as input, found [{string.Join(", ", Axes.Shape)}] in another order");
        if (PoolSize is not null || !Linears.IsEmpty) throw node.Refusal("a position before the averaging and the linear layers");
        if (Padding != default && node.Operator is not ("Conv" or "Pad")) throw node.Refusal("no padding before it");
    }

    // The layer must not be between a convolution and its ReLU.
    private void RequireFeature(OnnxNode node)
    {
        RequireMaps(node);
        RequireLayers(node);
    }

    private void RequireLayers(OnnxNode node)
    {
        if (WithoutRelu is not null) throw node.Refusal($"a Relu between the node {WithoutRelu} and it");
        if (Padding != default && node.Operator is not ("Conv" or "Pad")) throw node.Refusal("no padding before it");
    }
}
