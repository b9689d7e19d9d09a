using DeepSharp.Tensors;

namespace DeepSharp.Bench.Measuring;

/// <summary>A memory-bound kernel on a tensor of at least 64 MiB, which exceeds the caches of most processors.</summary>
/// <param name="Name">The name of the kernel.</param>
/// <param name="Passes">The number of bytes that the kernel must read and write, as a multiple of the size of the tensor.</param>
/// <param name="Shape">The shape of the tensor.</param>
/// <param name="Prepare">Creates the operands and returns the work to time.</param>
public sealed record MemoryWork(string Name, double Passes, Shape Shape, Func<ComputeContext, Shape, Action> Prepare)
{
    private static readonly Shape Images = [64, 64, 64, 64];

    /// <summary>All kernels. The first one, a copy, is the reference.</summary>
    public static IReadOnlyList<MemoryWork> All { get; } =
    [
        // One read and one write.
        new("copy", 2, Images, Copy),
        // The statistics read x; the normalization reads it again and writes y.
        new("batch-norm-forward", 3, Images, BatchNormForward),
        // The parameter gradients read x and dy; the input gradient reads both again and writes dx.
        new("batch-norm-backward", 5, Images, BatchNormBackward),
        // One read, a quarter of a write.
        new("max-pool", 1.25, Images, MaxPool),
        // Reads gradient, velocity and weight; writes velocity and weight.
        new("sgd", 5, [64 * 64 * 64 * 64], Sgd),
        // One read and one write.
        new("softmax", 2, [65536, 1000], Softmax),
    ];

    /// <summary>The number of bytes that the kernel must read and write.</summary>
    public double Bytes => Passes * Shape.ElementCount * sizeof(float);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Tensor<float> Random(ComputeContext context, Shape shape, string name) =>
        Tensor<float>.RandomNormal(shape, new RandomStream(1, name), context: context);

    private static Action Copy(ComputeContext context, Shape shape)
    {
        var x = Random(context, shape, "x");
        var y = Random(context, shape, "y");
        return () => Peak.Copy(x, y);
    }

    private static Action BatchNormForward(ComputeContext context, Shape shape)
    {
        var x = Random(context, shape, "x");
        Tensor<float> gamma = Tensor<float>.Ones([shape[1]], context), beta = Tensor<float>.Zeros([shape[1]], context);
        return () =>
        {
            var (mean, inverseDeviation, variance) = context.Kernels.BatchNormStatistics(x, 1e-5);
            context.Kernels.BatchNormForward(x, mean, inverseDeviation, gamma, beta, relu: true).Dispose();
            mean.Dispose();
            inverseDeviation.Dispose();
            variance.Dispose();
        };
    }

    private static Action BatchNormBackward(ComputeContext context, Shape shape)
    {
        Tensor<float> x = Random(context, shape, "x"), dy = Random(context, shape, "dy");
        Tensor<float> gamma = Tensor<float>.Ones([shape[1]], context), beta = Tensor<float>.Zeros([shape[1]], context);
        var (mean, inverseDeviation, variance) = context.Kernels.BatchNormStatistics(x, 1e-5);
        variance.Dispose();
        return () =>
        {
            var (dGamma, dBeta) = context.Kernels.BatchNormParameterGradients(x, dy, mean, inverseDeviation, gamma, beta, relu: true);
            context.Kernels.BatchNormInputGradient(x, dy, mean, inverseDeviation, gamma, beta, relu: true, dGamma, dBeta).Dispose();
            dGamma.Dispose();
            dBeta.Dispose();
        };
    }

    private static Action MaxPool(ComputeContext context, Shape shape)
    {
        var x = Random(context, shape, "x");
        return () => context.Kernels.MaxPool2d(x, Window2d.Square(2, 2), recordArgmax: false, out _).Dispose();
    }

    private static Action Sgd(ComputeContext context, Shape shape)
    {
        Tensor<float> weight = Random(context, shape, "weight"), gradient = Random(context, shape, "gradient");
        var velocity = Tensor<float>.Zeros(shape, context);
        var update = new SgdUpdate(LearningRate: 1e-3, Momentum: 0.9, Dampening: 0, WeightDecay: 5e-4, Nesterov: false, IsFirst: false);
        return () => context.Kernels.SgdStep(weight, gradient, velocity, update);
    }

    private static Action Softmax(ComputeContext context, Shape shape)
    {
        var x = Random(context, shape, "x");
        return () => context.Kernels.Softmax(x, 1).Dispose();
    }
}
