using System.Runtime.CompilerServices;
using DeepSharp.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DeepSharp.Bench.Measuring;

/// <summary>Measures peak rates of the machine: multiply-adds in registers, bandwidth of memory and cache, and thread hand-off.</summary>
public static class Peak
{
    private const int Iterations = 1 << 18;
    private const int Accumulators = 12;

    // The number of floats of a tensor of 128 MiB, which exceeds the caches of most processors.
    private const int Length = 32 << 20;

    /// <summary>The peak of all workers together, in GFLOP/s, from the fastest run. A multiply-add counts as two operations.</summary>
    public static double GFlops(ComputeContext context)
    {
        int threads = context.Workers.Count;
        float sink = 0;
        var timing = Timing.Of(() => context.Workers.Run(threads, _ => sink += Chains(context.VectorWidth)), 0.5);
        GC.KeepAlive(sink);
        return Operations(context) / timing.BestMs / 1e6;
    }

    /// <summary>
    /// Like <see cref="GFlops"/>, but measures for a tenth of a second and returns the median of the second half of the runs. So the result
    /// is lower while other processes use the machine.
    /// </summary>
    public static double Quick(ComputeContext context)
    {
        int threads = context.Workers.Count;
        var ms = Timing.Repeat(() => context.Workers.Run(threads, _ => Chains(context.VectorWidth)), seconds: 0.1);
        // Skips the first half, because the system may take some milliseconds to assign a processor to each thread that wakes up.
        return Operations(context) / Timing.Median(ms.Skip(ms.Count / 2)) / 1e6;
    }

    /// <summary>Bytes read per second from a tensor of 128 MiB, in GB/s.</summary>
    public static double ReadGBytes(ComputeContext context)
    {
        const int Blocks = 64, BlockLength = Length / Blocks;
        using var source = Tensor<float>.Ones([Length], context);
        var from = source.ReadMemory();
        float[] sums = new float[Blocks];
        var timing = Timing.Of(
            () => context.Workers.Run(Blocks, block =>
                sums[block] = TensorPrimitives.Sum<float>(from.Span.Slice(block * BlockLength, BlockLength))),
            0.5);
        return (double)Length * sizeof(float) / timing.MedianMs / 1e6;
    }

    /// <summary>Bytes read and written per second when each worker copies 64 KiB within its second-level cache, in GB/s.</summary>
    public static double CacheGBytes(ComputeContext context)
    {
        const int Block = 16 << 10, Copies = 64;
        int threads = context.Workers.Count;
        float[][] from = [.. Enumerable.Range(0, threads).Select(_ => new float[Block])], to = [.. from.Select(_ => new float[Block])];
        var timing = Timing.Of(() => context.Workers.Run(threads, worker =>
        {
            for (int i = 0; i < Copies; i++) from[worker].CopyTo(to[worker], 0);
        }), 0.3);
        return 2.0 * Block * Copies * sizeof(float) * threads / timing.MedianMs / 1e6;
    }

    /// <summary>Microseconds from handing an empty job to all workers until all have finished it.</summary>
    public static double HandOffMicroseconds(ComputeContext context)
    {
        const int Jobs = 1000;
        int threads = context.Workers.Count;
        var timing = Timing.Of(() =>
        {
            for (int i = 0; i < Jobs; i++) context.Workers.Run(threads, _ => { });
        }, 0.2);
        return timing.MedianMs * 1e3 / Jobs;
    }

    /// <summary>Bytes read and written per second when all workers copy a tensor of 128 MiB, in GB/s.</summary>
    public static double CopyGBytes(ComputeContext context)
    {
        using Tensor<float> source = Tensor<float>.Ones([Length], context), target = Tensor<float>.Zeros([Length], context);
        var timing = Timing.Of(() => Copy(source, target), 0.5);
        return 2.0 * Length * sizeof(float) / timing.MedianMs / 1e6;
    }

    /// <summary>Copies a tensor with all workers. The number of elements must be a multiple of 64.</summary>
    public static void Copy(Tensor<float> source, Tensor<float> target)
    {
        const int Blocks = 64;
        var (from, to) = (source.ReadMemory(), target.WriteMemory());
        int length = from.Length / Blocks;
        source.Context.Workers.Run(Blocks, block => from.Span.Slice(block * length, length).CopyTo(to.Span[(block * length)..]));
    }

    private static double Operations(ComputeContext context) =>
        2.0 * Accumulators * SimdDispatch.Lanes<float>(context.VectorWidth) * Iterations * context.Workers.Count;

    private static float Chains(VectorWidth width)
    {
        var action = new ChainsAction();
        float[] result = new float[1];
        SimdDispatch.Run<float, ChainsAction>(width, action with { Result = result });
        return result[0];
    }

    private readonly record struct ChainsAction(float[] Result) : ISimdAction<float>
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        void ISimdAction<float>.Invoke<TSimd, TVector>()
        {
            // Twelve independent chains hide the latency of multiply-adds.
            TVector a0 = TSimd.Broadcast(0.1f), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
            TVector a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0;
            TVector x = TSimd.Broadcast(0.999f), y = TSimd.Broadcast(0.001f);
            for (int i = 0; i < Iterations; i++)
            {
                a0 = TSimd.MultiplyAdd(a0, x, y);
                a1 = TSimd.MultiplyAdd(a1, x, y);
                a2 = TSimd.MultiplyAdd(a2, x, y);
                a3 = TSimd.MultiplyAdd(a3, x, y);
                a4 = TSimd.MultiplyAdd(a4, x, y);
                a5 = TSimd.MultiplyAdd(a5, x, y);
                a6 = TSimd.MultiplyAdd(a6, x, y);
                a7 = TSimd.MultiplyAdd(a7, x, y);
                a8 = TSimd.MultiplyAdd(a8, x, y);
                a9 = TSimd.MultiplyAdd(a9, x, y);
                a10 = TSimd.MultiplyAdd(a10, x, y);
                a11 = TSimd.MultiplyAdd(a11, x, y);
            }

            var sum = TSimd.Add(TSimd.Add(TSimd.Add(a0, a1), TSimd.Add(a2, a3)), TSimd.Add(TSimd.Add(a4, a5), TSimd.Add(a6, a7)));
            Result[0] = TSimd.Sum(TSimd.Add(sum, TSimd.Add(TSimd.Add(a8, a9), TSimd.Add(a10, a11))));
        }
    }
}
