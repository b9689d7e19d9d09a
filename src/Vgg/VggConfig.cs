using System.Globalization;

namespace DeepSharp.Vgg;

/// <summary>
/// The convolutional part of a VGG network: table 1 of the VGG paper (arXiv 1409.1556), or any other sequence of convolutions, max
/// poolings and local response normalizations.
/// </summary>
/// <remarks>
/// The text form is a list of tokens with commas between them: <c>64</c> is a 3×3 convolution to 64 channels with a ReLU, <c>256:1</c> one
/// with a 1×1 kernel, <c>512:1p1</c> one with a 1×1 kernel and padding 1, <c>M</c> a 2×2 max pooling, <c>LRN</c> a local response
/// normalization. The default padding is (kernel − 1) / 2, rounded down, which preserves height and width if the kernel is odd. Channels
/// are limited to 1 to 2¹⁶, kernels to 1 to 31, paddings to 0 to 31.
/// </remarks>
public sealed class VggConfig
{
    private const string Expected = "a number of channels as in 64, 256:1 (1×1 kernel) or 512:1p1 (with padding 1), M or LRN";

    private VggConfig(IReadOnlyList<VggStep> steps) => Steps = steps;

    /// <summary>VGG-11.</summary>
    public static VggConfig A { get; } = Parse("64,M,128,M,256,256,M,512,512,M,512,512,M");

    /// <summary>VGG-11 with local response normalization after the first convolution.</summary>
    public static VggConfig ALrn { get; } = Parse("64,LRN,M,128,M,256,256,M,512,512,M,512,512,M");

    /// <summary>VGG-13.</summary>
    public static VggConfig B { get; } = Parse("64,64,M,128,128,M,256,256,M,512,512,M,512,512,M");

    /// <summary>VGG-16 with 1×1 kernels in the last convolution of the last three blocks, unpadded as in the paper.</summary>
    public static VggConfig C { get; } = Parse("64,64,M,128,128,M,256,256,256:1,M,512,512,512:1,M,512,512,512:1,M");

    /// <summary>
    /// <see cref="C"/> with its 1×1 convolutions padded by 1, as in some implementations. Each enlarges the map by 2 rows and 2 columns.
    /// </summary>
    public static VggConfig CPadded { get; } = Parse("64,64,M,128,128,M,256,256,256:1p1,M,512,512,512:1p1,M,512,512,512:1p1,M");

    /// <summary>VGG-16.</summary>
    public static VggConfig D { get; } = Parse("64,64,M,128,128,M,256,256,256,M,512,512,512,M,512,512,512,M");

    /// <summary>VGG-19.</summary>
    public static VggConfig E { get; } = Parse("64,64,M,128,128,M,256,256,256,256,M,512,512,512,512,M,512,512,512,512,M");

    /// <summary>The steps in order.</summary>
    public IReadOnlyList<VggStep> Steps { get; }

    /// <summary>Parses the text form.</summary>
    /// <exception cref="ArgumentException">
    /// A token is malformed (the message names the token, its position, and valid tokens), or there is no convolution.
    /// </exception>
    public static VggConfig Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<VggStep> steps = [];
        int position = 0;
        foreach (string token in text.Split(','))
        {
            steps.Add(ParseStep(token.Trim()) ?? throw new ArgumentException(
                $"Configuration: token {steps.Count + 1} (\"{token.Trim()}\", at character {position + 1}) is not understood; "
                + $"expected {Expected}.",
                nameof(text)));
            position += token.Length + 1;
        }

        if (!steps.Exists(step => step.Kind == VggStepKind.Convolution))
        {
            throw new ArgumentException(
                $"Configuration: \"{text}\" has no convolution; expected at least one number of channels.", nameof(text));
        }

        return new VggConfig(steps);
    }

    /// <summary>The text form, which <see cref="Parse"/> accepts.</summary>
    public override string ToString() => string.Join(',', Steps);

    // The grammar: "M" | "LRN" | channels [":" kernel ["p" padding]].
    private static VggStep? ParseStep(string token)
    {
        if (token.Equals("M", StringComparison.OrdinalIgnoreCase)) return VggStep.MaxPool;
        if (token.Equals("LRN", StringComparison.OrdinalIgnoreCase)) return VggStep.LocalResponseNorm;
        string[] parts = token.Split(':');
        string[] window = parts.Length == 2 ? parts[1].Split('p') : ["3"];
        if (parts.Length > 2 || window.Length > 2) return null;
        if (Number(parts[0], 1, 1 << 16) is not { } channels || Number(window[0], 1, 31) is not { } kernel) return null;
        return Number(window.Length == 2 ? window[1] : $"{(kernel - 1) / 2}", 0, 31) is { } padding
            ? VggStep.Convolution(channels, kernel, padding)
            : null;
    }

    private static int? Number(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max
            ? number
            : null;
}
