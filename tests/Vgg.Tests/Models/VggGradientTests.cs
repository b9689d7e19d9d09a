using DeepSharp.Autograd;
using DeepSharp.Tensors;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Vgg.Tests.Models;

/// <summary>The gradients of whole small networks, in double, against central differences.</summary>
public class VggGradientTests
{
    [Fact]
    public void Of_every_parameter_agree_with_differences()
    {
        var cases =
            from config in Gen.Elements("2,M,3,M", "3,LRN,M", "2,2:1,M,3:1p1", "2:5,M", "3,M,2,2,M")
            from batchNorm in Gen.Elements(false, true)
            from fuse in Gen.Elements(false, true)
            from head in Gen.Elements(VggHead.Compact, new VggHead { PoolSize = 2, Hidden = [4], Dropout = 0.5 })
            from images in Gen.Choose(1, 3)
            from height in Gen.Choose(4, 6)
            from width in Gen.Choose(4, 6)
            from seed in Gen.Choose(0, 1 << 20)
            select (config, batchNorm, fuse, head, Shape: new Shape(images, 2, height, width), seed);
        Prop.ForAll(cases.ToArbitrary(), c => Check(c.config, c.batchNorm, c.fuse, c.head, c.Shape, c.seed)).Check(PropertyConfig.Of(60));
    }

    private static void Check(string config, bool batchNorm, bool fuse, VggHead head, Shape shape, long seed)
    {
        var options = new VggOptions { BatchNorm = batchNorm, Classes = 3, Head = head, InputChannels = shape[1], InputSize = 4 };
        for (; ; seed++)
        {
            using var model = VggModel.Create<double>(VggConfig.Parse(config), options, seed, TestContexts.Default);
            model.Fuse = fuse;
            // Larger biases and weights than a fresh model has, so that every parameter matters.
            foreach (var (name, parameter) in model.NamedParameters())
                parameter.Value.CopyFrom(Tensor<double>.RandomNormal(parameter.Shape, new RandomStream(seed, name), 0.3, 0.5, TestContexts.Default));
            using var images = Tensor<double>.RandomNormal(shape, new RandomStream(seed, "images"), context: TestContexts.Default);
            if (!IsSmooth(model, images)) continue;
            GradientCheck.Run(
                tape =>
                {
                    // The same elements are dropped each time.
                    foreach (var (_, position) in model.NamedPositions()) position.Value = 0;
                    return model.Forward(tape.Input(images));
                },
                model.NamedParameters().Where(named => !IsIdle(model, named.Name))).Require();
            return;
        }
    }

    /// <summary>Whether a parameter is the bias of a convolution before a batch normalization, which takes it out again: differences show only rounding.</summary>
    private static bool IsIdle(VggModel<double> model, string name) =>
        model.Plan.Options.BatchNorm && model.Plan.Features.Any(layer => layer is Conv2dPlan && name == $"{layer.Key}.bias");

    /// <summary>Whether every input of a rectifier is away from 0, and every maximum of a pooling from the next one.</summary>
    private static bool IsSmooth(VggModel<double> model, Tensor<double> images)
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(images);
        for (int i = 0; i < model.Features.Count; i++)
        {
            double[] values = model.Features.Forward(x, ..i).Value.ToArray();
            if (model.Features[i] is Relu<double> && values.Any(value => Math.Abs(value) < TestValues.Distance)) return false;
            // Zeros come from the rectifier: they tie, but do not move.
            double[] positive = [.. values.Where(value => value > 0).Order()];
            if (model.Features[i] is MaxPool2d<double> && positive.Zip(positive.Skip(1)).Any(pair => pair.Second - pair.First < TestValues.Distance / 10)) return false;
        }

        foreach (var (_, position) in model.NamedPositions()) position.Value = 0;
        if (model.Classifier.Count == 1) return true;
        var pooled = model.Features.Forward(x).AdaptiveAveragePool2d(model.Plan.Options.Head.PoolSize, model.Plan.Options.Head.PoolSize).Flatten();
        return model.Classifier.Forward(pooled, ..1).Value.ToArray().All(value => Math.Abs(value) >= TestValues.Distance);
    }
}
