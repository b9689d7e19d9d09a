using System.Globalization;
using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Writes models as ONNX files (https://onnx.ai, operator set 17), which other run-times read.</summary>
/// <remarks>
/// The network is the one of evaluation mode: without dropout, with running statistics. Its input is <c>images</c>, float32 [N, C, H, W] with any N, its
/// output <c>logits</c>, float32 [N, classes]. All weights are in the file, under PyTorch's keys; where batch normalizations are folded these are the keys of the
/// network without them. <see cref="OnnxFile"/> reads it.
/// </remarks>
public static class OnnxExport
{
    /// <summary>Writes a model, whole or not at all.</summary>
    /// <param name="model">The model; in double precision its weights are rounded.</param>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="options">How to write it; null for the defaults.</param>
    /// <exception cref="ShapeException">The model cannot take images of the size that was asked for.</exception>
    /// <exception cref="NotSupportedException">ONNX cannot say what a layer computes, or the file would be larger than 2 GB.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write<T>(VggModel<T> model, string path, OnnxOptions? options = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new OnnxOptions();
        var plan = model.Plan;
        int height = options.Height ?? NaturalSize(plan), width = options.Width ?? height;
        if (height < 1 || width < 1) throw new ArgumentException($"ONNX: expected images of at least 1×1 pixels, found {height}×{width}.");
        Shape input = [1, plan.Options.InputChannels, height, width];
        _ = plan.OutputShape(input);
        using var graph = new OnnxGraph();
        // Folded, it is the network without batch normalizations, with its numbers of layers.
        var written = options.FoldBatchNorm && plan.Options.BatchNorm ? new VggPlan(plan.Config, plan.Options with { BatchNorm = false, ConvolutionBias = true }) : plan;
        AddLayers(graph, model, input, written);
        graph.End();
        OnnxWriter.Write(path, graph, input, plan.Options.Classes, Metadata(model, written, options.Metadata));
    }

    private static Dictionary<string, string> Metadata<T>(VggModel<T> model, VggPlan written, IReadOnlyDictionary<string, string> own)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Dictionary<string, string> metadata = new(own.Where(pair => WeightsWriter.Travels(pair.Key)));
        ModelDescription.Write(written, model.Seed, metadata);
        // Evaluation does not need them, so that no node reads them.
        if (written.Options.BatchNorm)
            foreach (var (name, counter) in model.NamedCounters()) metadata[name] = counter.Value.ToString(CultureInfo.InvariantCulture);
        return metadata;
    }

    /// <summary>The size whose maps the head reads as they are, where every max pooling halves; at least what the model was made for.</summary>
    private static int NaturalSize(VggPlan plan)
    {
        int poolings = plan.Config.Steps.Count(step => step.Kind == VggStepKind.MaxPool);
        return Math.Max(plan.Options.InputSize, plan.Options.Head.PoolSize << poolings);
    }

    private static void AddLayers<T>(OnnxGraph graph, VggModel<T> model, Shape shape, VggPlan written)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var modules = model.NamedModules().ToDictionary(named => named.Name, named => named.Module);
        var layers = new OnnxLayers<T>(graph, model.Context);
        var plans = model.Plan.Layers;
        for (int i = 0, j = 0; i < plans.Count; i++, j++)
        {
            // What the layer is called here, and in the file.
            var plan = plans[i];
            string own = plan.Key, key = written.Layers[j].Key;
            switch (plan)
            {
                case Conv2dPlan when model.Plan.Options.BatchNorm && !written.Options.BatchNorm:
                    layers.Convolution(key, (Conv2d<T>)modules[own], (BatchNorm2d<T>)modules[plans[++i].Key]);
                    break;
                case Conv2dPlan: layers.Convolution(key, (Conv2d<T>)modules[own], norm: null); break;
                case BatchNorm2dPlan: layers.BatchNorm(key, (BatchNorm2d<T>)modules[own]); break;
                case ReluPlan: layers.Relu(key); break;
                case MaxPool2dPlan: layers.MaxPool(key, (MaxPool2d<T>)modules[own]); break;
                case LocalResponseNormPlan lrn: layers.LocalResponseNorm(key, lrn.Constants, shape[1]); break;
                case AdaptiveAveragePool2dPlan pool: layers.AdaptiveAveragePool(key, pool.Size, shape[2], shape[3]); break;
                case FlattenPlan: layers.Flatten(key); break;
                case LinearPlan: layers.Linear(key, (Linear<T>)modules[own]); break;
                // In evaluation mode it does nothing.
                case DropoutPlan: break;
                default: throw new NotSupportedException($"{key} ({plan.Kind}): expected a layer that ONNX has an operator for; leave it out, or export the layers before it.");
            }

            shape = plan.OutputShape(shape);
        }
    }
}
