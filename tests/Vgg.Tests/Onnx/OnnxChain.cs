using System.Globalization;

namespace DeepSharp.Vgg.Tests.Onnx;

/// <summary>
/// Writes chains of nodes as ONNX files that say nothing about themselves: <c>Conv:strides=2,2 Relu Flatten Gemm</c>. Convolutions have 2 channels, linear
/// layers 2 elements, and all weights are numbers from 0 on. <c>Relu@images</c> reads something else than what comes before it.
/// </summary>
internal static class OnnxChain
{
    private const int Channels = 2;

    /// <summary>Writes a file.</summary>
    public static void Write(string path, string chain, bool transposesLinear = false)
    {
        using var graph = new OnnxGraph();
        int channels = 3;
        foreach (var (i, token) in chain.Split(' ').Index())
        {
            string[] parts = token.Split(':'), operation = parts[0].Split('@');
            List<string> inputs = [operation.Length > 1 ? operation[1] : graph.Last];
            switch (operation[0])
            {
                case "Conv": AddConstants(graph, inputs, [Channels, channels, 3, 3], [Channels]); break;
                case "BatchNormalization": AddConstants(graph, inputs, [Channels], [Channels], [Channels], [Channels]); break;
                case "Gemm": AddConstants(graph, inputs, transposesLinear ? [Channels, 3] : [3, Channels], [3]); break;
            }

            if (operation[0] == "Conv") channels = Channels;
            List<OnnxAttribute> attributes = [.. parts.Skip(1).Select(Attribute)];
            if (operation[0] == "MaxPool" && attributes.Count == 0) attributes = [OnnxAttribute.Integers("kernel_shape", 2, 2), OnnxAttribute.Integers("strides", 2, 2)];
            if (operation[0] == "Gemm" && !transposesLinear) attributes.Add(OnnxAttribute.Integer("transB", 1));
            graph.Add(operation[0], $"{i}", [.. inputs], [.. attributes]);
        }

        OnnxWriter.Write(path, graph, [1, 3, 32, 32], 3, new Dictionary<string, string>());
    }

    private static void AddConstants(OnnxGraph graph, List<string> inputs, params Shape[] shapes)
    {
        foreach (var shape in shapes)
        {
            float[] elements = [.. Enumerable.Range(0, shape.ElementCount).Select(i => (float)i)];
            inputs.Add(graph.OwnConstant($"constant{graph.Constants.Count}", Tensor<float>.FromArray(elements, shape, TestContexts.Default)));
        }
    }

    private static OnnxAttribute Attribute(string text)
    {
        string[] parts = text.Split('=');
        return parts[1].Contains('.', StringComparison.Ordinal)
            ? OnnxAttribute.Float(parts[0], double.Parse(parts[1], CultureInfo.InvariantCulture))
            : OnnxAttribute.Integers(parts[0], [.. parts[1].Split(',').Select(number => long.Parse(number, CultureInfo.InvariantCulture))]);
    }
}
