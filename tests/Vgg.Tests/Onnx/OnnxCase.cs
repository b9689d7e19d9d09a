namespace DeepSharp.Vgg.Tests.Onnx;

/// <summary>A model to export. It is narrow, so that it runs fast. Its running statistics reveal a wrong batch normalization.</summary>
public sealed record OnnxCase(string Name, string Config, VggOptions Options, OnnxOptions Export)
{
    private static readonly VggHead Narrow = new() { PoolSize = 1, Hidden = [8], Dropout = 0.5 };

    /// <summary>
    /// All configurations of the VGG family, with and without batch normalization, folded or not, and networks with every form of head,
    /// pooling and normalization.
    /// </summary>
    public static IEnumerable<OnnxCase> All()
    {
        (string Name, VggConfig Config)[] family =
        [
            ("A", VggConfig.A), ("A-LRN", VggConfig.ALrn), ("B", VggConfig.B), ("C", VggConfig.C), ("C-padded", VggConfig.CPadded),
            ("D", VggConfig.D), ("E", VggConfig.E),
        ];
        foreach (var (name, config) in family)
        {
            foreach (bool batchNorm in (bool[])[false, true])
            {
                foreach (bool fold in batchNorm ? (bool[])[false, true] : [true])
                {
                    string suffix = !batchNorm ? "" : fold ? "-bn-folded" : "-bn";
                    var options = new VggOptions { BatchNorm = batchNorm, Head = Narrow, Classes = 5 };
                    yield return new OnnxCase(name + suffix, Thin(config), options, new OnnxOptions { FoldBatchNorm = fold });
                }
            }
        }

        var plain = new VggOptions { Head = Narrow, Classes = 3 };
        yield return new OnnxCase("no-bias", "4,M,6", plain with { BatchNorm = true, ConvolutionBias = false },
            new OnnxOptions { FoldBatchNorm = false });
        yield return new OnnxCase("no-bias-folded", "4,M,6", plain with { BatchNorm = true, ConvolutionBias = false },
            new OnnxOptions());
        yield return new OnnxCase("no-bias-no-norm", "4,M,6", plain with { ConvolutionBias = false },
            new OnnxOptions());
        yield return new OnnxCase(VggNames.Small, VggNames.Find(VggNames.Small).Config.ToString(),
            plain with { BatchNorm = true, Head = VggHead.Compact }, new OnnxOptions());
        yield return new OnnxCase("dropout-first", "4,M,6", plain with { Head = new VggHead { Hidden = [9, 8], DropoutFirst = true } },
            new OnnxOptions());
        yield return new OnnxCase("lrn-window-2", "6,LRN,M,4", plain with { Lrn = LrnConstants.PyTorch(2) with { Alpha = 0.5 } },
            new OnnxOptions());
        yield return new OnnxCase("lrn-window-3", "6,LRN,M,4", plain with { Lrn = LrnConstants.PyTorch(3) with { Alpha = 0.5 } },
            new OnnxOptions());
        yield return new OnnxCase("lrn-undivided", "6,LRN,M,4", plain with { Lrn = LrnConstants.Paper with { Alpha = 0.5 } },
            new OnnxOptions());
        yield return new OnnxCase("imagenet-head", "4,M,4,M,4,M,4,M,6,M",
            plain with { Head = new VggHead { PoolSize = 7, Hidden = [9, 8] } }, new OnnxOptions());
        yield return new OnnxCase("pool-divides", "4,M", plain with { Head = new VggHead { PoolSize = 4 } },
            new OnnxOptions { Height = 24, Width = 40 });
        yield return new OnnxCase("pool-overlaps", "4,M", plain with { Head = new VggHead { PoolSize = 7 } },
            new OnnxOptions { Height = 26, Width = 20 });
        yield return new OnnxCase("pool-enlarges", "4,M,4,M", plain with { Head = new VggHead { PoolSize = 7 } },
            new OnnxOptions { Height = 32, Width = 24 });
        yield return new OnnxCase("grey", "4:1,4:5p1,6:1p1,M", plain with { InputChannels = 1, Head = VggHead.Compact },
            new OnnxOptions { Height = 20, Width = 13 });
    }

    /// <summary>Creates the model with random weights from a fixed seed.</summary>
    public VggModel<T> Create<T>()
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var model = VggModel.Create<T>(VggConfig.Parse(Config), Options, seed: 5, TestContexts.Default);
        // A missing bias of 0 or scale of 1 would not be noticed. With small weights, the scores would hardly depend on the image.
        foreach (var (name, parameter) in model.NamedParameters())
        {
            int fanIn = parameter.Shape.ElementCount / parameter.Shape[0];
            bool isScale = fanIn == 1 && name.EndsWith("weight", StringComparison.Ordinal);
            Draw(name, parameter.Value, fanIn > 1 ? Math.Sqrt(2.0 / fanIn) : 0.1, isScale);
        }

        foreach (var (name, buffer) in model.NamedBuffers())
            Draw(name, buffer, 0.1, isScale: name.EndsWith("var", StringComparison.Ordinal));
        return model;
    }

    private static void Draw<T>(string name, Tensor<T> tensor, double deviation, bool isScale)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var random = new RandomStream(7, name);
        var elements = tensor.Write();
        for (int i = 0; i < elements.Length; i++)
            elements[i] = T.CreateChecked(isScale ? 0.5 + Math.Abs(random.Normal(i)) : deviation * random.Normal(i));
    }

    // Divides the number of channels by 16.
    private static string Thin(VggConfig config) => string.Join(',', config.Steps.Select(step =>
        step.Kind == VggStepKind.Convolution ? VggStep.Convolution(step.Channels / 16, step.KernelSize, step.Padding) : step));
}
