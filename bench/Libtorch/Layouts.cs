using TorchSharp;
using static TorchSharp.torch;

namespace DeepSharp.Bench.Libtorch;

/// <summary>How images and kernels are laid out in memory.</summary>
internal static class Layouts
{
    /// <summary>libtorch's usual layout, and the one that its convolutions prefer on many processors.</summary>
    public const string Contiguous = "contiguous", ChannelsLast = "channels-last";

    /// <summary>Both.</summary>
    public static IReadOnlyList<string> All { get; } = [Contiguous, ChannelsLast];

    /// <summary>A tensor of rank 4 in a layout; the shape stays N, C, H, W.</summary>
    public static Tensor In(this Tensor x, string layout) => layout == ChannelsLast && x.dim() == 4
        ? x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : x.contiguous();
}
