using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Says in ONNX's operators what each layer computes in evaluation mode.</summary>
internal sealed class OnnxLayers<T>(OnnxGraph graph, ComputeContext context)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A convolution; <paramref name="norm"/>, where there is one, is folded into it.</summary>
    public void Convolution(string key, Conv2d<T> convolution, BatchNorm2d<T>? norm)
    {
        List<string> inputs = [graph.Last];
        if (norm is not null)
        {
            // The graph gives weights and bias back, not the pair.
            var folded = context.Kernels.FoldBatchNorm(
                convolution.Weight.Value, convolution.Bias?.Value, norm.Weight.Value, norm.Bias.Value, norm.RunningMean, norm.RunningVariance, norm.Epsilon);
            inputs.Add(graph.OwnConstant($"{key}.weight", folded.Weights));
            inputs.Add(graph.OwnConstant($"{key}.bias", folded.Bias));
        }
        else
        {
            inputs.Add(graph.Constant($"{key}.weight", convolution.Weight.Value));
            if (convolution.Bias is { } bias) inputs.Add(graph.Constant($"{key}.bias", bias.Value));
        }

        var (kernel, stride, padding) = (convolution.Weight.Value.Shape, convolution.Stride, convolution.Padding);
        graph.Add("Conv", key, [.. inputs],
            OnnxAttribute.Integers("kernel_shape", kernel[2], kernel[3]), OnnxAttribute.Integers("strides", stride, stride),
            OnnxAttribute.Integers("pads", padding, padding, padding, padding));
    }

    /// <summary>A batch normalization by its running statistics.</summary>
    public void BatchNorm(string key, BatchNorm2d<T> norm) => graph.Add(
        "BatchNormalization", key,
        [
            graph.Last, graph.Constant($"{key}.weight", norm.Weight.Value), graph.Constant($"{key}.bias", norm.Bias.Value),
            graph.Constant($"{key}.running_mean", norm.RunningMean), graph.Constant($"{key}.running_var", norm.RunningVariance),
        ],
        OnnxAttribute.Float("epsilon", norm.Epsilon));

    /// <summary>A rectifier.</summary>
    public void Relu(string key) => graph.Add("Relu", key, [graph.Last]);

    /// <summary>A max pooling.</summary>
    public void MaxPool(string key, MaxPool2d<T> pool) => graph.Add("MaxPool", key, [graph.Last],
        OnnxAttribute.Integers("kernel_shape", pool.Window, pool.Window), OnnxAttribute.Integers("strides", pool.Stride, pool.Stride),
        OnnxAttribute.Integers("pads", pool.Padding, pool.Padding, pool.Padding, pool.Padding));

    /// <summary>A local response normalization of that many channels.</summary>
    public void LocalResponseNorm(string key, LrnConstants constants, int channels)
    {
        double alpha = constants.DivideAlphaBySize ? constants.Alpha / constants.Size : constants.Alpha;
        if (int.IsOddInteger(constants.Size))
        {
            // ONNX divides alpha by the size.
            graph.Add("LRN", key, [graph.Last],
                OnnxAttribute.Integer("size", constants.Size), OnnxAttribute.Float("alpha", alpha * constants.Size),
                OnnxAttribute.Float("beta", constants.Beta), OnnxAttribute.Float("bias", constants.K));
            return;
        }

        // An even window reaches one channel further down than up; ONNX's reaches further up. So the sum k + alpha·Σx² is written as a 1×1 convolution.
        string x = graph.Last;
        float[] band = new float[channels * channels];
        for (int c = 0; c < channels; c++)
        {
            int first = Math.Max(0, c - (constants.Size / 2)), last = Math.Min(channels - 1, c + ((constants.Size - 1) / 2));
            band.AsSpan((c * channels) + first, last - first + 1).Fill((float)alpha);
        }

        string weights = graph.OwnConstant($"{key}.alpha", Tensor<float>.FromArray(band, [channels, channels, 1, 1], context));
        string bias = graph.OwnConstant($"{key}.k", Tensor<float>.Full([channels], (float)constants.K, context));
        string exponent = graph.OwnConstant($"{key}.exponent", Tensor<float>.Full([1], (float)-constants.Beta, context));
        string squares = graph.Add("Mul", $"{key}.squares", [x, x]);
        string sums = graph.Add("Conv", $"{key}.sums", [squares, weights, bias], OnnxAttribute.Integers("kernel_shape", 1, 1));
        string factors = graph.Add("Pow", $"{key}.factors", [sums, exponent]);
        graph.Add("Mul", key, [x, factors]);
    }

    /// <summary>An average over windows that make maps of <paramref name="size"/> × <paramref name="size"/> of those of height × width.</summary>
    public void AdaptiveAveragePool(string key, int size, int height, int width)
    {
        if (height == size && width == size) return;
        if (size == 1)
        {
            graph.Add("GlobalAveragePool", key, [graph.Last]);
        }
        else if (height % size == 0 && width % size == 0)
        {
            int rows = height / size, columns = width / size;
            graph.Add("AveragePool", key, [graph.Last], OnnxAttribute.Integers("kernel_shape", rows, columns), OnnxAttribute.Integers("strides", rows, columns));
        }
        else
        {
            // Windows of different lengths, or overlapping ones, which no pooling of ONNX has: a product with the shares from either side.
            string right = graph.OwnConstant($"{key}.columns", Shares(width, size, transposed: true));
            string left = graph.OwnConstant($"{key}.rows", Shares(height, size, transposed: false));
            string columns = graph.Add("MatMul", $"{key}.averaged", [graph.Last, right]);
            graph.Add("MatMul", key, [left, columns]);
        }
    }

    /// <summary>One row of each image.</summary>
    public void Flatten(string key) => graph.Add("Flatten", key, [graph.Last], OnnxAttribute.Integer("axis", 1));

    /// <summary>x · weightᵀ + bias.</summary>
    public void Linear(string key, Linear<T> linear)
    {
        List<string> inputs = [graph.Last, graph.Constant($"{key}.weight", linear.Weight.Value)];
        if (linear.Bias is { } bias) inputs.Add(graph.Constant($"{key}.bias", bias.Value));
        graph.Add("Gemm", key, [.. inputs], OnnxAttribute.Integer("transB", 1));
    }

    /// <summary>What each input of an axis contributes to each output: 1 / window from ⌊i·inputs/outputs⌋ to ⌈(i+1)·inputs/outputs⌉, [outputs, inputs].</summary>
    private Tensor<float> Shares(int inputs, int outputs, bool transposed)
    {
        float[] shares = new float[outputs * inputs];
        for (int i = 0; i < outputs; i++)
        {
            int first = i * inputs / outputs, end = (((i + 1) * inputs) + outputs - 1) / outputs;
            for (int j = first; j < end; j++) shares[transposed ? (j * outputs) + i : (i * inputs) + j] = 1f / (end - first);
        }

        return Tensor<float>.FromArray(shares, transposed ? [inputs, outputs] : [outputs, inputs], context);
    }
}
