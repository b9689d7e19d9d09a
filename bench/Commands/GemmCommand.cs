using System.CommandLine;
using System.Text.Json.Nodes;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench gemm</c>: one matrix product.</summary>
internal static class GemmCommand
{
    public static Command Create()
    {
        Option<int> m = Common.Number("--m", 1024, "Rows of C."), n = Common.Number("--n", 1024, "Columns of C.");
        Option<int> k = Common.Number("--k", 1024, "Columns of A and rows of B.");
        var command = new Command("gemm", "Times the matrix product [M, K] · [K, N] and measures its error.")
        {
            m, n, k, Common.Threads, Common.Json,
        };
        command.SetAction(parsed =>
        {
            using var context = Common.Context(parsed);
            Common.Print(parsed, context, Measure(context, parsed.GetValue(m), parsed.GetValue(n), parsed.GetValue(k)));
        });
        return command;
    }

    private static JsonObject Measure(ComputeContext context, int m, int n, int k)
    {
        using var work = new ProductWork(context, m, n, k);
        var timing = Timing.Of(work.Run);
        return new JsonObject
        {
            ["m"] = m,
            ["n"] = n,
            ["k"] = k,
            ["threads"] = context.Workers.Count,
            ["median_ms"] = Math.Round(timing.MedianMs, 4),
            ["gflops"] = Math.Round(2.0 * m * n * k / timing.MedianMs / 1e6, 1),
            ["relative_error"] = RelativeError(work.A, work.B, work.C),
        };
    }

    /// <summary>The relative error in the L2 norm, compared with sums in double, over at most 127 evenly spaced rows of C.</summary>
    private static double RelativeError(Tensor<float> a, Tensor<float> b, Tensor<float> c)
    {
        int m = a.Shape[0], k = a.Shape[1], n = b.Shape[1];
        double error = 0, norm = 0;
        double[] expected = new double[n];
        for (int i = 0; i < m; i += Math.Max(1, m / 64))
        {
            Array.Clear(expected);
            for (int p = 0; p < k; p++)
            {
                double factor = a.Read()[(i * k) + p];
                var row = b.Read().Slice(p * n, n);
                for (int j = 0; j < n; j++) expected[j] += factor * row[j];
            }

            for (int j = 0; j < n; j++)
            {
                double difference = c.Read()[(i * n) + j] - expected[j];
                error += difference * difference;
                norm += expected[j] * expected[j];
            }
        }

        return Math.Sqrt(error / norm);
    }
}
