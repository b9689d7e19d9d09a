using System.Numerics;
using DeepSharp.Autograd;

namespace DeepSharp.Vgg;

/// <summary>The mean of each window of each channel; padding counts as zeros, as in PyTorch.</summary>
/// <param name="window">Height and width of the window.</param>
/// <param name="stride">Pixels between neighbouring windows; null: as many as the window has.</param>
/// <param name="padding">Rows and columns of zeros around the image.</param>
public sealed class AveragePool2d<T>(int window, int? stride = null, int padding = 0) : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.AveragePool2d(window, stride ?? window, padding);
}
