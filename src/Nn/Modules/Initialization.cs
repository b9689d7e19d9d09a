using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>How the weights and biases of a new layer are initialized.</summary>
public enum Initialization
{
    /// <summary>The default of PyTorch's layers: weights and biases uniform between −1/√fan-in and 1/√fan-in.</summary>
    Uniform,

    /// <summary>
    /// torchvision's initialization of VGG: convolutions N(0, 2/fan-out) (He et al., arXiv 1502.01852), linear layers N(0, 0.01²), biases
    /// 0. The variance 2/fan-out preserves the magnitude of gradients across convolutions with ReLU, so that deep networks train without
    /// batch normalization.
    /// </summary>
    KaimingFanOut,

    /// <summary>
    /// Weights N(0, 0.01²), biases 0. The VGG paper (section 3.1) calls 10⁻² the variance; here it is the standard deviation.
    /// </summary>
    Paper,
}

/// <summary>Creates the tensors that <see cref="Initialization"/> describes.</summary>
internal static class Initializer
{
    private const double SmallDeviation = 0.01;

    /// <summary>A weight [out, in] or [out, in, kH, kW].</summary>
    public static Tensor<T> Weight<T>(Shape shape, Initialization initialization, RandomStream random, ComputeContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int fanIn = shape.ElementCount / shape[0], fanOut = shape.ElementCount / shape[1];
        double bound = 1 / Math.Sqrt(fanIn);
        return initialization switch
        {
            Initialization.Uniform => Tensor<T>.RandomUniform(shape, random, -bound, bound, context),
            Initialization.KaimingFanOut when shape.Rank == 4 => Tensor<T>.RandomNormal(shape, random, 0, Math.Sqrt(2.0 / fanOut), context),
            _ => Tensor<T>.RandomNormal(shape, random, 0, SmallDeviation, context),
        };
    }

    /// <summary>The bias [out] of a layer whose weight has the given shape.</summary>
    public static Tensor<T> Bias<T>(Shape weight, Initialization initialization, RandomStream random, ComputeContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (initialization != Initialization.Uniform) return Tensor<T>.Zeros([weight[0]], context);
        double bound = 1 / Math.Sqrt((double)weight.ElementCount / weight[0]);
        // The weight uses the stream as given, which is usually at step 0, so the bias uses step 1.
        return Tensor<T>.RandomUniform([weight[0]], random.At(0, 1), -bound, bound, context);
    }
}
