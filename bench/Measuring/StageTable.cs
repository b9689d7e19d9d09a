using System.Globalization;
using System.Text;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Measuring;

/// <summary>The time of each stage of a convolution, and its lower bound: a roofline per stage.</summary>
/// <remarks>
/// The bound of a stage is the larger of two times: its multiply-adds divided by the peak, and its bytes divided by the bandwidth of the
/// second-level cache, which contains most of its data. Times are averages over the workers. The rest is the time outside the stages: for
/// example waiting, and packing weights before the tasks begin. Algorithms that do not measure stages have only the rest.
/// </remarks>
internal static class StageTable
{
    private const int Runs = 30;

    /// <summary>Measures the stages, and formats the table.</summary>
    public static string Of(ComputeContext measured, ConvolutionShape shape, ConvolutionPass pass)
    {
        var profiler = new Profiler();
        using var context = new ComputeContext(measured.Options with { Profiler = profiler });
        using var work = new ConvolutionWork<float>(context, shape);
        Timing.WarmUp(() => work.Run(pass).Dispose(), 0.5);
        profiler.Reset();
        double all = Timing.Repeat(() => work.Run(pass).Dispose(), 0, Runs).Sum() / Runs;
        double peak = Peak.Quick(context), bandwidth = Peak.CacheGBytes(context);

        var text = new StringBuilder();
        Row("stage", "ms", "GFLOP", "MB", "GFLOP/s", "GB/s", "bound ms", "of bound");
        double inStages = 0;
        foreach (var stage in profiler.Stages)
        {
            double ms = stage.Milliseconds / Runs / context.Workers.Count;
            double gflop = 2.0 * stage.MultiplyAdds / Runs / 1e9, megabytes = stage.Bytes / (double)Runs / 1e6;
            double bound = Math.Max(1e3 * gflop / peak, megabytes / bandwidth);
            inStages += ms;
            Row(
                stage.Stage, Number(ms), Number(gflop), Number(megabytes),
                Number(1e3 * gflop / ms), Number(megabytes / ms), Number(bound), $"{100 * bound / ms:0} %");
        }

        Row("rest", Number(all - inStages));
        Row("all", Number(all));
        text.Append(CultureInfo.InvariantCulture, $"peak {peak:0} GFLOP/s, second-level cache {bandwidth:0} GB/s, ");
        text.Append(CultureInfo.InvariantCulture, $"{context.Workers.Count} threads\n");
        return text.ToString();

        void Row(params string[] cells)
        {
            var padded = cells.Select((cell, i) => i == 0 ? cell.PadRight(10) : cell.PadLeft(10));
            text.Append(string.Concat(padded).TrimEnd()).Append('\n');
        }

        static string Number(double value) => value.ToString(value < 100 ? "0.000" : "0.0", CultureInfo.InvariantCulture);
    }
}
