using System.Numerics;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>
/// Exports a network as an ONNX graph that computes evaluation mode: without dropout, and with running statistics.
/// </summary>
public static class OnnxExporter
{
    /// <summary>
    /// Creates the graph. Saving the graph reads the weights, so the model must not be disposed before. Folded weights are computed here.
    /// </summary>
    /// <param name="model">A network that is a chain of layers.</param>
    /// <param name="input">The shape of the images, [N, C, H, W].</param>
    /// <param name="foldBatchNorm">
    /// Whether a batch normalization directly after a convolution is folded into the convolution. The later layers of the same chain are
    /// then numbered as if the batch normalization did not exist.
    /// </param>
    /// <exception cref="ShapeException">The network does not accept images of this shape.</exception>
    /// <exception cref="NotSupportedException">
    /// ONNX cannot express a layer, or a layer does not override <see cref="Module{T}.OutputShape"/> or <see cref="Module{T}.ExportOnnx"/>.
    /// </exception>
    public static OnnxGraph Export<T>(Module<T> model, Shape input, bool foldBatchNorm)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = new OnnxGraph();
        try
        {
            LayerCall<T>[] layers = [.. model.Layers(input)];
            var folded = new Dictionary<string, int>();
            for (int i = 0; i < layers.Length; i++)
            {
                var (key, layer, shape, _) = layers[i];
                string parent = key[..(key.LastIndexOf('.') + 1)];
                bool isShifted = folded.TryGetValue(parent, out int foldedCount);
                string written = isShifted && int.TryParse(key[parent.Length..], out int number) ? $"{parent}{number - foldedCount}" : key;
                var next = i + 1 < layers.Length ? layers[i + 1].Layer : null;
                if (foldBatchNorm && layer is Conv2d<T> convolution && next is BatchNorm2d<T> norm)
                {
                    convolution.ExportOnnx(graph, written, norm);
                    folded[parent] = foldedCount + 1;
                    i++;
                }
                else
                {
                    layer.ExportOnnx(graph, written, shape);
                }
            }

            return graph;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }
}
