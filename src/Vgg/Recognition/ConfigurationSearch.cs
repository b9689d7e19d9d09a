namespace DeepSharp.Vgg;

/// <summary>
/// Finds the configuration and the size of the images for which the maps have the height and width that the first linear layer reads.
/// </summary>
/// <remarks>
/// Names and shapes show kernels and channels, but neither paddings nor, in general, poolings. If each layer has a number, a missing
/// number between two convolutions is a ReLU, and further ones are poolings, LRNs or dropouts. The usual configuration has a padding that
/// keeps the size of the maps, and a pooling in each such gap and at the end. If it does not give the maps that the head reads, others are
/// tried: without padding, and with poolings in some of the gaps only.
/// </remarks>
internal sealed class ConfigurationSearch
{
    // 2²⁰ choices of poolings are tried in less than a second.
    private const int MaxSlots = 20;

    // An image of ImageNet's size, 224×224, can be halved this many times.
    private const int MaxPoolings = 7;

    // Sizes of images that are tried after the usual one: those of MNIST, ImageNet and other data sets.
    private static readonly int[] OtherSizes = [28, 224, 64, 96, 128, 256, 48, 299];

    private readonly IReadOnlyList<StateLayer> convolutions;
    private readonly IReadOnlyList<int>? gaps;
    private readonly VggConfig? known;
    private readonly int poolSize;
    private readonly int[] sizes;
    private readonly bool isSizeGiven;

    /// <summary>Creates a search.</summary>
    /// <param name="convolutions">The convolutions in order.</param>
    /// <param name="gaps">The number of layers between each two of them, without ReLU and batch normalization; null if unknown.</param>
    /// <param name="known">The configuration of the paper that fits, with the channels of the convolutions; null if none does.</param>
    /// <param name="poolSize">Height and width of the maps that the head reads.</param>
    /// <param name="size">Height and width of the images; null if unknown.</param>
    public ConfigurationSearch(
        IReadOnlyList<StateLayer> convolutions, IReadOnlyList<int>? gaps, VggConfig? known, int poolSize, int? size)
    {
        (this.convolutions, this.gaps, this.known, this.poolSize) = (convolutions, gaps, known, poolSize);
        isSizeGiven = size is not null;
        sizes = size is { } given ? [given] : convolutions[0].Length(1) == 1 ? [28, 32] : [32];
    }

    /// <summary>The size of the images for a given configuration: the first one for which the head reads the whole maps.</summary>
    public static int SizeFor(VggConfig config, int channels, int poolSize)
    {
        int[] usual = [.. channels == 1 ? [28, 32] : (int[])[32], .. OtherSizes, .. Enumerable.Range(1, 512)];
        int size = Array.Find(usual, size => Side(config.Steps, size) == poolSize);
        int poolings = config.Steps.Count(step => step.Kind == VggStepKind.MaxPool);
        return size > 0 ? size : Math.Max(usual[0], 1 << Math.Min(poolings, 10));
    }

    /// <summary>Finds the configuration.</summary>
    /// <param name="assumptions">Receives what names and shapes do not determine.</param>
    /// <exception cref="ArgumentException">Names and shapes do not determine the configuration, so it must be given.</exception>
    public (VggConfig Config, int Size) Run(ICollection<string> assumptions)
    {
        var (config, size) = Find(assumptions);
        if (config.Steps.Contains(VggStep.LocalResponseNorm))
            assumptions.Add(
                "a local response normalization, as in configuration A-LRN of the paper (--config without LRN if there is none)");
        if (!isSizeGiven && size != sizes[0]) assumptions.Add($"images of {size}×{size} pixels (--input-size for others)");
        return (config, size);
    }

    private (VggConfig Config, int Size) Find(ICollection<string> assumptions)
    {
        int[] all = isSizeGiven ? sizes : [.. sizes, .. OtherSizes.Except(sizes)];
        var usual = known ?? Usual();
        // Maps of any size can be averaged to one pixel, so this says nothing about the poolings.
        if (usual is null && poolSize == 1) throw Unknown();
        // A configuration of the paper is recognized at any usual size, another one only at the usual size.
        foreach (int size in known is not null ? all : sizes)
        {
            if (usual is not null && Side(usual.Steps, size) == poolSize) return (Best(size, usual, assumptions)!, size);
        }

        foreach (int size in sizes)
        {
            if (usual is null || Side(usual.Steps, size) is not (> 0 and var side) || side <= poolSize || side % poolSize > 0) continue;
            SayAveraged(usual, side);
            return (usual, size);
        }

        foreach (int size in all)
        {
            // At another size the usual configuration comes first.
            var first = usual is not null && Side(usual.Steps, size) == poolSize ? usual : null;
            if (Best(size, first, assumptions) is { } best) return (best, size);
        }

        if (usual is null) throw Unknown();
        SayAveraged(usual, Side(usual.Steps, sizes[0]));
        return (usual, sizes[0]);

        void SayAveraged(VggConfig config, long side)
        {
            string size = side > 0 ? $" of {side}×{side} pixels" : "";
            string without = config.Steps[^1] == VggStep.MaxPool ? $" (--config {string.Join(',', config.Steps.SkipLast(1))} "
                + "if there is no pooling after the last convolution)" : "";
            assumptions.Add($"the configuration {config}, whose maps{size} are averaged to {poolSize}×{poolSize}{without}");
        }
    }

    // The best configuration at a size, with a remark unless it is the only one; null if there is none.
    private VggConfig? Best(int size, VggConfig? first, ICollection<string> assumptions)
    {
        var fitting = Fitting(size);
        // A pooling in each gap explains the names without further layers.
        var explained = fitting.FindAll(PoolsEachGap);
        var best = first ?? (explained.Count > 0 ? explained : fitting).MaxBy(Score);
        if (best is null) return null;
        // Without numbers, only blocks show where poolings may be.
        if (gaps is null && known is null && fitting.Count > 1 && (best = fitting.Find(PoolsEachBlock)) is null) throw Unknown();
        string text = best.ToString();
        List<string> others =
            [.. fitting.Select(config => config.ToString()).Where(other => other != text).Take(3).Select(other => $"--config {other}")];
        bool isPaper = known is not null && known.Steps.SequenceEqual(best.Steps);
        // Maps of any size can be averaged to one pixel.
        if (poolSize == 1 && best.Steps[^1] == VggStep.MaxPool && !FeatureReader.IsOfPaper(best))
            others.Add($"--config {text[..text.LastIndexOf(',')]} with an average of the last maps");
        // Without numbers, each pooling is a guess. A gap without a pooling contains another layer.
        if (gaps is null && !isPaper) others.Add("other positions of poolings");
        else if (first is null && explained.Count == 0) others.Add($"other layers than dropout, or an --input-size other than {size}");
        if (others.Count > 0) assumptions.Add($"the configuration {text}; names and shapes also permit {string.Join(" or ", others)}");
        return best;
    }

    private ArgumentException Unknown() => new(
        "the names do not tell which poolings lie between the convolutions "
        + $"{string.Join(',', convolutions.Select(layer => Step(layer, hasPadding: true)))}; "
        + "give --config, with an M for each max pooling.");

    // All configurations whose maps have the size that the head reads.
    private List<VggConfig> Fitting(int size)
    {
        int[] slots = [.. Enumerable.Range(0, convolutions.Count).Where(i => i == convolutions.Count - 1 || gaps is null || gaps[i] > 0)];
        List<VggConfig> fitting = [];
        if (slots.Length > MaxSlots) return fitting;
        foreach (var (hasPadding, padsPoints) in (ReadOnlySpan<(bool, bool)>)[(true, false), (false, false), (true, true)])
        {
            bool hasPoints = convolutions.Any(layer => layer.Length(2) == 1), hasWindows = convolutions.Any(layer => layer.Length(2) > 1);
            if ((!hasPadding && !hasWindows) || (padsPoints && !hasPoints)) continue;
            for (int poolings = 0; poolings < 1 << slots.Length; poolings++)
            {
                List<VggStep> steps = [];
                for (int i = 0, slot = 0; i < convolutions.Count; i++)
                {
                    steps.Add(Step(convolutions[i], hasPadding, padsPoints));
                    if (slots[slot] != i) continue;
                    if ((poolings >> slot & 1) > 0) steps.Add(VggStep.MaxPool);
                    slot = Math.Min(slot + 1, slots.Length - 1);
                }

                if (Side(steps, size) == poolSize) fitting.Add(VggConfig.Parse(string.Join(',', steps)));
            }
        }

        return fitting;
    }

    private bool PoolsEachGap(VggConfig config) =>
        gaps is not null && gaps.Zip(Pooled(config)).All(pair => pair.First == (pair.Second ? 1 : 0));

    // Block i is all convolutions whose names have the same first components, for instance features.1.0 and features.1.3.
    private bool PoolsEachBlock(VggConfig config)
    {
        string[] blocks = [.. convolutions.Select(layer => string.Join('.', layer.Parts.SkipLast(1)))];
        bool[] ends = [.. blocks.Zip([.. blocks.Skip(1), ""]).Select(pair => pair.First != pair.Second)];
        return blocks.Distinct().Count() is > 1 and var count && count < blocks.Length && Pooled(config).SequenceEqual(ends);
    }

    // Whether a pooling follows each convolution.
    private bool[] Pooled(VggConfig config)
    {
        int convolution = -1;
        bool[] pooled = new bool[convolutions.Count];
        foreach (var step in config.Steps)
        {
            if (step.Kind == VggStepKind.Convolution) convolution++;
            if (step.Kind == VggStepKind.MaxPool) pooled[convolution] = true;
        }

        return pooled;
    }

    // Networks like VGG keep the size of the maps between poolings, and pool before the number of channels changes, and at the end.
    private int Score(VggConfig config)
    {
        int score = 0;
        for (int i = 0; i < config.Steps.Count; i++)
        {
            if (config.Steps[i] is not { Kind: VggStepKind.Convolution } step) continue;
            if (step.Padding == (step.KernelSize - 1) / 2) score += convolutions.Count;
            var next = config.Steps.Skip(i + 1).FirstOrDefault(other => other.Kind == VggStepKind.Convolution);
            bool isPooled = i + 1 < config.Steps.Count && config.Steps[i + 1] == VggStep.MaxPool;
            if (isPooled == (next is null || next.Channels != step.Channels)) score++;
        }

        return score;
    }

    // A pooling in each gap and at the end; null if the gaps do not show them.
    private VggConfig? Usual()
    {
        if (gaps is null || gaps.Any(gap => gap > 1) || gaps.Sum() >= MaxPoolings) return null;
        var steps = convolutions.SelectMany((layer, i) => (IEnumerable<VggStep>)(i == gaps.Count || gaps[i] == 1
            ? [Step(layer, hasPadding: true), VggStep.MaxPool] : [Step(layer, hasPadding: true)]));
        return VggConfig.Parse(string.Join(',', steps));
    }

    private static VggStep Step(StateLayer layer, bool hasPadding, bool padsPoints = false)
    {
        int kernel = layer.Length(2);
        return VggStep.Convolution(layer.Length(0), kernel, kernel == 1 ? (padsPoints ? 1 : 0) : hasPadding ? (kernel - 1) / 2 : 0);
    }

    // Height and width of the maps after the last step; 0 if nothing is left of them.
    private static long Side(IEnumerable<VggStep> steps, long size)
    {
        foreach (var step in steps)
        {
            if (step.Kind == VggStepKind.Convolution) size += (2L * step.Padding) - step.KernelSize + 1;
            if (step.Kind == VggStepKind.MaxPool) size /= 2;
            if (size < 1) return 0;
        }

        return size;
    }
}
