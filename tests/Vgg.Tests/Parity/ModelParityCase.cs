namespace DeepSharp.Vgg.Tests.Parity;

/// <summary>A network with stored PyTorch results. The cases must match those in tests/Fixtures/make_model_fixtures.py.</summary>
internal sealed record ModelParityCase(string Config)
{
    private static readonly Dictionary<int, int> Narrow = new() { [64] = 3, [128] = 5, [256] = 6, [512] = 8 };
    private static readonly Dictionary<int, int> Medium = new() { [64] = 8, [128] = 16, [256] = 17, [512] = 24 };

    public static IReadOnlyDictionary<string, ModelParityCase> All { get; } = new Dictionary<string, ModelParityCase>
    {
        ["A_imagenet_head"] = new("A") { Images = [2, 3, 64, 96], Head = new VggHead { PoolSize = 7, Hidden = [7, 5] } },
        ["A_cifar_head"] = new("A") { Head = VggHead.Cifar with { Hidden = [12, 12] } },
        ["A_small_head"] = new("A") { Head = VggHead.Small with { Hidden = [8, 8] } },
        ["A_pool_3_hidden_9"] = new("A") { Images = [3, 3, 64, 32], Head = VggHead.Parse("9") with { PoolSize = 3 } },
        ["A_grey_4_classes"] = new("A") { Images = [3, 1, 33, 47], Classes = 4 },
        ["A_medium"] = new("A") { Widths = Medium },
        ["A_bn"] = new("A") { BatchNorm = true },
        ["A_bn_no_bias_training"] = new("A") { BatchNorm = true, Bias = false, Images = [5, 3, 32, 48], Training = true },
        ["A_lrn_paper"] = new("A-LRN"),
        ["A_lrn_pytorch"] = new("A-LRN") { Lrn = LrnConstants.Parse("pytorch") },
        ["A_lrn_bn"] = new("A-LRN") { BatchNorm = true },
        ["B"] = new("B"),
        ["B_bn"] = new("B") { BatchNorm = true },
        ["C"] = new("C"),
        ["C_bn"] = new("C") { BatchNorm = true },
        ["C_padded"] = new("C-padded"),
        ["C_padded_bn"] = new("C-padded") { BatchNorm = true },
        ["D"] = new("D"),
        ["D_bn"] = new("D") { BatchNorm = true },
        ["D_bn_no_bias_training"] = new("D") { BatchNorm = true, Bias = false, Images = [5, 3, 32, 48], Training = true },
        ["E"] = new("E"),
        ["E_bn"] = new("E") { BatchNorm = true },
        ["E_bn_no_bias_training"] = new("E") { BatchNorm = true, Bias = false, Images = [5, 3, 32, 48], Training = true },
    };

    public Shape Images { get; init; } = [2, 3, 32, 32];

    public IReadOnlyDictionary<int, int> Widths { get; init; } = Narrow;

    public bool BatchNorm { get; init; }

    public bool Bias { get; init; } = true;

    public LrnConstants Lrn { get; init; } = LrnConstants.Paper;

    public VggHead Head { get; init; } = VggHead.Compact;

    public int Classes { get; init; } = 10;

    /// <summary>Whether the gradients are computed in training mode.</summary>
    public bool Training { get; init; }

    public VggOptions Options => new()
    {
        BatchNorm = BatchNorm,
        ConvolutionBias = Bias,
        Lrn = Lrn,
        Head = Head,
        Classes = Classes,
        InputChannels = Images[1],
    };

    /// <summary>Returns the configuration with the channels replaced according to <see cref="Widths"/>.</summary>
    public VggConfig Narrowed() => VggConfig.Parse(string.Join(',', Models.Configurations.Named(Config).Steps.Select(step =>
        step.Kind == VggStepKind.Convolution ? VggStep.Convolution(Widths[step.Channels], step.KernelSize, step.Padding) : step)));
}
