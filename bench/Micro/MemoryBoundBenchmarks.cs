using BenchmarkDotNet.Attributes;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Micro;

/// <summary>Kernels that memory limits, on 64 MB: to be compared with the copy of as many bytes.</summary>
public class MemoryBoundBenchmarks
{
    private static readonly Shape Images = [64, 64, 64, 64];

    private readonly Kernels kernels = ComputeContext.Default.Kernels;
    private Tensor<float> x = null!, dy = null!, gamma = null!, beta = null!, mean = null!, inverseDeviation = null!, rows = null!;

    /// <summary>Draws the operands.</summary>
    [GlobalSetup]
    public void Setup()
    {
        x = Tensor<float>.RandomNormal(Images, new RandomStream(1, "x"));
        dy = Tensor<float>.RandomNormal(Images, new RandomStream(1, "dy"));
        gamma = Tensor<float>.Ones([Images[1]]);
        beta = Tensor<float>.Zeros([Images[1]]);
        (mean, inverseDeviation, _) = kernels.BatchNormStatistics(x, 1e-5);
        rows = Tensor<float>.RandomNormal([65536, 1000], new RandomStream(1, "rows"));
    }

    /// <summary>One read and one write: what the machine can do.</summary>
    [Benchmark(Baseline = true)]
    public void Copy() => x.Clone().Dispose();

    /// <summary>Three passes: two reads, one write.</summary>
    [Benchmark]
    public void BatchNormForward()
    {
        var (batchMean, deviation, variance) = kernels.BatchNormStatistics(x, 1e-5);
        kernels.BatchNormForward(x, batchMean, deviation, gamma, beta, relu: true).Dispose();
        batchMean.Dispose();
        deviation.Dispose();
        variance.Dispose();
    }

    /// <summary>Five passes: x and dy twice each, one write.</summary>
    [Benchmark]
    public void BatchNormBackward()
    {
        var (dGamma, dBeta) = kernels.BatchNormParameterGradients(x, dy, mean, inverseDeviation, gamma, beta, relu: true);
        kernels.BatchNormInputGradient(x, dy, mean, inverseDeviation, gamma, beta, relu: true, dGamma, dBeta).Dispose();
        dGamma.Dispose();
        dBeta.Dispose();
    }

    /// <summary>One and a quarter passes: one read, a quarter of a write.</summary>
    [Benchmark]
    public void MaxPool() => kernels.MaxPool2d(x, PoolWindow.Square(2, null, 0), recordWinners: false, out _).Dispose();

    /// <summary>Softmax of rows of a thousand.</summary>
    [Benchmark]
    public void Softmax() => kernels.Softmax(rows, 1).Dispose();
}
