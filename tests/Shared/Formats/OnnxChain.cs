using System.Globalization;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Testing;

/// <summary>
/// Writes chains of nodes as ONNX files without metadata: <c>Conv:strides=2,2 Relu Flatten Gemm</c>. Convolutions have 2 output channels,
/// linear layers 2 inputs and 3 outputs. Weights are 0, 1, 2, …. <c>Relu@images</c> reads <c>images</c> instead of the previous result.
/// </summary>
internal static class OnnxChain
{
    private const int Channels = 2;

    /// <summary>Writes a chain to a file.</summary>
    public static void Write(string path, string chain, bool transposesLinear = false)
    {
        using var graph = new OnnxGraph();
        int channels = 3, constants = 0;
        foreach (var (i, token) in chain.Split(' ').Index())
        {
            string[] parts = token.Split(':'), operation = parts[0].Split('@');
            List<string> inputs = [operation.Length > 1 ? operation[1] : graph.Last];
            switch (operation[0])
            {
                case "Conv": AddConstants([Channels, channels, 3, 3], [Channels]); break;
                case "BatchNormalization": AddConstants([Channels], [Channels], [Channels], [Channels]); break;
                case "Gemm": AddConstants(transposesLinear ? [Channels, 3] : [3, Channels], [3]); break;
            }

            if (operation[0] == "Conv") channels = Channels;
            List<OnnxAttribute> attributes = [.. parts.Skip(1).Select(Attribute)];
            if (operation[0] == "MaxPool" && attributes.Count == 0)
                attributes = [OnnxAttribute.Of("kernel_shape", 2, 2), OnnxAttribute.Of("strides", 2, 2)];
            if (operation[0] == "Gemm" && !transposesLinear) attributes.Add(OnnxAttribute.Of("transB", 1));
            graph.Add(operation[0], $"{i}", [.. inputs], [.. attributes]);

            void AddConstants(params Shape[] shapes)
            {
                foreach (var shape in shapes)
                {
                    float[] elements = [.. Enumerable.Range(0, shape.ElementCount).Select(i => (float)i)];
                    inputs.Add(graph.OwnConstant($"constant{constants++}", Tensor<float>.FromArray(elements, shape, TestContexts.Default)));
                }
            }
        }

        graph.Save(path, [1, 3, 32, 32], 3, new Dictionary<string, string>());
    }

    private static OnnxAttribute Attribute(string text)
    {
        string[] parts = text.Split('=');
        return parts[1].Contains('.', StringComparison.Ordinal)
            ? OnnxAttribute.Of(parts[0], double.Parse(parts[1], CultureInfo.InvariantCulture))
            : OnnxAttribute.Of(parts[0], [.. parts[1].Split(',').Select(number => long.Parse(number, CultureInfo.InvariantCulture))]);
    }
}
