using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Writes models as ONNX files (https://onnx.ai, operator set 17), which other run-times read.</summary>
/// <remarks>
/// The network is the one of evaluation mode: without dropout, with running statistics. Its input is <c>images</c>, float32 [N, C, H, W] with any N, its
/// output <c>logits</c>, float32 [N, classes]. All weights are in the file.
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
        AddLayers(graph, model, input, options.FoldBatchNorm);
        graph.End();
        OnnxFile.Write(path, graph, input, plan.Options.Classes, options.Metadata);
    }

    /// <summary>The size whose maps the head reads as they are, where every max pooling halves; at least what the model was made for.</summary>
    private static int NaturalSize(VggPlan plan)
    {
        int poolings = plan.Config.Steps.Count(step => step.Kind == VggStepKind.MaxPool);
        return Math.Max(plan.Options.InputSize, plan.Options.Head.PoolSize << poolings);
    }

    private static void AddLayers<T>(OnnxGraph graph, VggModel<T> model, Shape shape, bool fold)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var modules = model.NamedModules().ToDictionary(named => named.Name, named => named.Module);
        var layers = new OnnxLayers<T>(graph, model.Context);
        var plans = model.Plan.Layers;
        for (int i = 0; i < plans.Count; i++)
        {
            var plan = plans[i];
            string key = plan.Key;
            var norm = fold && i + 1 < plans.Count ? modules.GetValueOrDefault(plans[i + 1].Key) as BatchNorm2d<T> : null;
            switch (plan)
            {
                case Conv2dPlan:
                    layers.Convolution(key, (Conv2d<T>)modules[key], norm);
                    if (norm is not null) i++;
                    break;
                case BatchNorm2dPlan: layers.BatchNorm(key, (BatchNorm2d<T>)modules[key]); break;
                case ReluPlan: layers.Relu(key); break;
                case MaxPool2dPlan: layers.MaxPool(key, (MaxPool2d<T>)modules[key]); break;
                case LocalResponseNormPlan lrn: layers.LocalResponseNorm(key, lrn.Constants, shape[1]); break;
                case AdaptiveAveragePool2dPlan pool: layers.AdaptiveAveragePool(key, pool.Size, shape[2], shape[3]); break;
                case FlattenPlan: layers.Flatten(key); break;
                case LinearPlan: layers.Linear(key, (Linear<T>)modules[key]); break;
                // In evaluation mode it does nothing.
                case DropoutPlan: break;
                default: throw new NotSupportedException($"{key} ({plan.Kind}): expected a layer that ONNX has an operator for; leave it out, or export the layers before it.");
            }

            shape = plan.OutputShape(shape);
        }
    }
}
