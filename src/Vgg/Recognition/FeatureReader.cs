using System.Globalization;

namespace DeepSharp.Vgg;

/// <summary>Finds the convolutional part in a state dictionary.</summary>
/// <remarks>
/// Only convolutions and batch normalizations have weights; other layers show only as gaps in the layer numbers. If each layer has a
/// number (<c>features.N</c>), one missing number between two convolutions is the ReLU, and any further one is a pooling, a local response
/// normalization (LRN) or a dropout. If each block of convolution, batch normalization and ReLU has a number
/// (<c>feature_extractor.N.layer.0</c>), every missing number is a pooling, an LRN or a dropout.
/// </remarks>
internal sealed class FeatureReader
{
    // The configurations of the VGG paper, which files of other programs are compared with.
    private static readonly VggConfig[] Paper = [VggConfig.A, VggConfig.ALrn, VggConfig.B, VggConfig.C, VggConfig.D, VggConfig.E];

    private readonly List<StateLayer> convolutions, norms;

    public FeatureReader(IEnumerable<StateLayer> layers)
    {
        convolutions = LayerOrder.Of([.. layers.Where(layer => layer.Weight.Count == 4)]);
        norms = LayerOrder.Of([.. layers.Where(layer => layer.IsNorm)]);
        if (convolutions.Count == 0) throw new InvalidDataException("there is no convolution (a weight [O, I, k, k]).");
        RequireChain();
        RequireNorms();
    }

    /// <summary>Whether a configuration is one of the VGG paper.</summary>
    public static bool IsOfPaper(VggConfig config) => Paper.Any(known => known.ToString() == config.ToString());

    /// <summary>The convolutions in order.</summary>
    public IReadOnlyList<StateLayer> Convolutions => convolutions;

    /// <summary>The batch normalizations in order: none, or one for each convolution.</summary>
    public IReadOnlyList<StateLayer> Norms => norms;

    /// <summary>Whether the convolutions have a bias.</summary>
    public bool HasBias => convolutions[0].HasBias;

    /// <summary>The number of output channels of the last convolution.</summary>
    public int Channels => convolutions[^1].Length(0);

    /// <summary>Determines the configuration and the size of the images.</summary>
    /// <param name="poolSize">Height and width of the maps that the head reads.</param>
    /// <param name="size">Height and width of the images; null if unknown.</param>
    /// <param name="assumptions">Receives the properties that names and shapes do not determine.</param>
    /// <exception cref="ArgumentException">Names and shapes do not determine the configuration, so it must be given.</exception>
    public (VggConfig Config, int Size) Configuration(int poolSize, int? size, ICollection<string> assumptions)
    {
        int[]? gaps = Gaps();
        var steps = Known(Fits) ?? Known(HasRoom);
        var known = steps is null ? null : VggConfig.Parse(string.Join(',', steps));
        return new ConfigurationSearch(convolutions, gaps, known, poolSize, size).Run(assumptions);

        bool Fits(VggConfig known) => gaps is not null && Gaps(known).SequenceEqual(gaps);

        // The channels are equal. If the names show gaps, each has room for the poolings and LRNs of the configuration; the rest of a
        // gap may be dropouts.
        bool HasRoom(VggConfig known) =>
            Of(known).Select(step => step.Channels).SequenceEqual(convolutions.Select(layer => layer.Length(0)))
            && (gaps is null || Gaps(known).Zip(gaps).All(pair => pair.First <= pair.Second));
    }

    /// <summary>Throws unless the convolutions of a configuration have the channels and kernels of the file. Ignores paddings.</summary>
    /// <exception cref="ArgumentException">The configuration has other convolutions.</exception>
    public void RequireConvolutionsOf(VggConfig config)
    {
        var expected = Of(config).Select(step => $"{step.Channels}:{step.KernelSize}");
        var found = convolutions.Select(layer => $"{layer.Weight[0]}:{layer.Weight[2]}");
        if (!expected.SequenceEqual(found))
        {
            throw new ArgumentException(
                $"the convolutions (channels:kernel) are {string.Join(',', found)}, "
                + $"those of the configuration {config} are {string.Join(',', expected)}.",
                nameof(config));
        }
    }

    // The steps of the first configuration of the paper that has these kernels and fits, with the channels of the file; null if none fits.
    private List<VggStep>? Known(Func<VggConfig, bool> fits)
    {
        foreach (var config in Paper)
        {
            var kernels = Of(config).Select(step => step.KernelSize);
            if (!kernels.SequenceEqual(convolutions.Select(layer => layer.Length(2))) || !fits(config)) continue;
            int next = 0;
            return [.. config.Steps.Select(step => step.Kind == VggStepKind.Convolution
                ? VggStep.Convolution(convolutions[next++].Length(0), step.KernelSize, step.Padding)
                : step)];
        }

        return null;
    }

    /// <summary>
    /// The number of layers other than ReLU and batch normalization between each two adjacent convolutions; null if the names hide it.
    /// </summary>
    private int[]? Gaps()
    {
        int count = convolutions.Count;
        if (count == 1) return [];
        // The index of the path component that numbers the layers: the first one in which they differ.
        int part = 0;
        while (convolutions.All(layer => layer.Parts.Count > part && layer.Parts[part] == convolutions[0].Parts[part])) part++;
        int[] numbers = [.. convolutions.Select(layer => Number(layer, part))];
        string[] rests = [.. convolutions.Select(layer => string.Join('.', layer.Parts.Skip(part + 1))).Distinct()];
        if (numbers.Contains(-1) || rests.Length > 1) return null;
        bool isBlock = rests[0].Length > 0;
        for (int i = 0; i < norms.Count; i++)
        {
            if (Number(norms[i], part) != numbers[i] + (isBlock ? 0 : 1))
            {
                throw new InvalidDataException(
                    $"the batch normalization {norms[i].Path} does not follow the convolution {convolutions[i].Path}.");
            }
        }

        int taken = isBlock ? 1 : norms.Count > 0 ? 3 : 2;
        int[] gaps = [.. numbers.Zip(numbers.Skip(1), (number, next) => next - number - taken)];
        // If there is no room for ReLUs, or no pooling between three or more convolutions, the layers are numbered in another way.
        return gaps.Any(gap => gap < 0) || (count > 2 && gaps.All(gap => gap == 0)) ? null : gaps;
    }

    private static int[] Gaps(VggConfig config)
    {
        int[] positions = [.. config.Steps.Index().Where(step => step.Item.Kind == VggStepKind.Convolution).Select(step => step.Index)];
        return [.. positions.Zip(positions.Skip(1), (position, next) => next - position - 1)];
    }

    private void RequireChain()
    {
        for (int i = 1; i < convolutions.Count; i++)
        {
            var (previous, layer) = (convolutions[i - 1], convolutions[i]);
            if (layer.Weight[1] != previous.Weight[0])
            {
                throw new InvalidDataException(
                    $"the convolution {layer.Path} reads {layer.Weight[1]} channels, "
                    + $"but {previous.Path} before it outputs {previous.Weight[0]}.");
            }
        }

        if (convolutions.Find(layer => layer.HasBias != HasBias) is { } other)
        {
            throw new InvalidDataException(
                $"of the convolutions {convolutions[0].Path} and {other.Path} one has a bias and the other has none.");
        }
    }

    private void RequireNorms()
    {
        if (norms.Count > 0 && !norms.Select(norm => norm.Weight[0]).SequenceEqual(convolutions.Select(layer => layer.Weight[0])))
        {
            throw new InvalidDataException(
                $"expected a batch normalization for each of the {convolutions.Count} convolutions or none at all, "
                + $"found {norms.Count} with the channels {string.Join(", ", norms.Select(norm => norm.Weight[0]))}.");
        }
    }

    private static IEnumerable<VggStep> Of(VggConfig config) => config.Steps.Where(step => step.Kind == VggStepKind.Convolution);

    private static int Number(StateLayer layer, int part) =>
        part < layer.Parts.Count && int.TryParse(layer.Parts[part], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : -1;
}
