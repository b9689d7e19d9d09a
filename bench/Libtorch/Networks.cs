using DeepSharp.Bench.Measuring;
using DeepSharp.Nn;
using DeepSharp.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace DeepSharp.Bench.Libtorch;

/// <summary>Prepares whole networks: the cases of <c>bench vgg</c>.</summary>
/// <remarks>
/// A training step is forward, cross-entropy, backward and SGD with momentum 0.9 and weight decay 5e-4, on the same random images. For
/// inference, the networks have no batch normalization: they cost the same as networks in which it is folded into the convolutions.
/// </remarks>
internal static class Networks
{
    /// <summary>For each layout, a function that prepares the case and returns the work to time.</summary>
    public static IReadOnlyDictionary<string, Func<Action>> Variants(VggCase vggCase, ScalarType type) => Layouts.All.ToDictionary(
        layout => vggCase is { Trains: false, BatchNorm: true } ? $"{layout}, batch norm folded" : layout,
        layout => (Func<Action>)(() => Prepare(vggCase, type, layout)));

    private static Action Prepare(VggCase vggCase, ScalarType type, string layout)
    {
        random.manual_seed(1);
        int classes = vggCase.ImageNet ? 1000 : 10;
        var model = Create(vggCase);
        model.to(type);
        using (no_grad())
        {
            foreach (var parameter in model.parameters()) parameter.set_(parameter.In(layout));
        }

        var images = randn([vggCase.Batch, 3, vggCase.ImageSize, vggCase.ImageSize], dtype: type).In(layout);
        if (!vggCase.Trains) return Inference(model, images);
        return Training(model, images, arange(vggCase.Batch, int64).remainder(classes), vggCase.BatchNorm ? 0.05 : 1e-3);
    }

    // Creates the network that DeepSharp uses for the case, layer by layer; for inference, without batch normalization.
    private static Sequential Create(VggCase vggCase)
    {
        using var context = new ComputeContext();
        using var ours = (vggCase.Trains ? vggCase : vggCase with { BatchNorm = false }).CreateModel(context);
        var layers = ours.Layers([1, 3, vggCase.ImageSize, vggCase.ImageSize]).Select(Counterpart).OfType<nn.Module<Tensor, Tensor>>();
        return nn.Sequential(layers);
    }

    private static nn.Module<Tensor, Tensor>? Counterpart(LayerCall<float> layer) => layer.Layer switch
    {
        Conv2d<float> { Window: var window } convolution => nn.Conv2d(
            convolution.Weight.Shape[1], convolution.Weight.Shape[0], window.Height, window.StrideHeight, window.PaddingHeight),
        BatchNorm2d<float> norm => nn.BatchNorm2d(norm.Weight.Shape[0]),
        Relu<float> => nn.ReLU(inplace: true),
        MaxPool2d<float> { Window: var window } => nn.MaxPool2d(window.Height, window.StrideHeight),
        AdaptiveAveragePool2d<float> => nn.AdaptiveAvgPool2d([layer.Output[2], layer.Output[3]]),
        Flatten<float> => nn.Flatten(),
        Linear<float> linear => nn.Linear(linear.Weight.Shape[1], linear.Weight.Shape[0]),
        Dropout<float> dropout => nn.Dropout(dropout.Rate),
        _ => throw new InvalidOperationException($"{layer.Layer} has no counterpart in libtorch."),
    };

    private static Action Training(Sequential model, Tensor images, Tensor labels, double rate)
    {
        model.train();
        var sgd = optim.SGD(model.parameters(), rate, momentum: 0.9, weight_decay: 5e-4);
        return () =>
        {
            using var scope = NewDisposeScope();
            var loss = nn.functional.cross_entropy(model.forward(images), labels);
            sgd.zero_grad();
            loss.backward();
            sgd.step();
            _ = loss.to(ScalarType.Float32).item<float>();
        };
    }

    private static Action Inference(Sequential model, Tensor images)
    {
        model.eval();
        return () =>
        {
            using (inference_mode()) model.forward(images).Dispose();
        };
    }
}
