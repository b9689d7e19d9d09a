using TorchSharp;
using static TorchSharp.torch;

namespace DeepSharp.Bench.Libtorch;

/// <summary>The memory layouts of images and kernels.</summary>
internal static class Layouts
{
    /// <summary>The default layout of libtorch, and the layout in which convolutions are faster on many processors.</summary>
    public const string Contiguous = "contiguous", ChannelsLast = "channels-last";

    /// <summary>Both layouts.</summary>
    public static IReadOnlyList<string> All { get; } = [Contiguous, ChannelsLast];

    /// <summary>Converts a tensor of rank 4 to a layout, without changing its shape; other tensors become contiguous.</summary>
    public static Tensor In(this Tensor x, string layout) => layout == ChannelsLast && x.dim() == 4
        ? x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : x.contiguous();
}
