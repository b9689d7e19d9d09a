using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Gemm;

/// <summary>
/// Compares the panel product, for every kind of row source, epilogue and edge, with three nested loops. All elements are small integers,
/// so all sums are exact.
/// </summary>
public class PanelProductTests
{
    public static TheoryData<VectorWidth> Widths => [.. Enum.GetValues<VectorWidth>()];

    /// <summary>One case: the rows, the valid columns of the panel, the path of the sums through a row, and the epilogue.</summary>
    public sealed record Sample(
        int Rows, int Columns, int Length, int Runs, int Step, bool IsTable, bool Accumulate, bool HasBias, bool Relu, int Alpha, int Seed);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Equals_three_nested_loops(VectorWidth width)
    {
        int lanes = SimdDispatch.Lanes<float>(width);
        var samples =
            from rows in Gen.Choose(1, 20)
            from columns in Gen.Choose(1, MicroKernel.Vectors * lanes)
            from length in Gen.Frequency((3, Gen.Choose(1, 70)), (1, Gen.Choose(Tuning.MaxDepth - 3, (2 * Tuning.MaxDepth) + 3)))
            from runs in Gen.Choose(1, 4)
            from step in Gen.Choose(1, 3)
            from flags in Gen.Choose(0, 15)
            from alpha in Gen.Elements(1, 2)
            from seed in Gen.Choose(0, int.MaxValue)
            select new Sample(
                rows, columns, length, runs, step, (flags & 1) > 0, (flags & 2) > 0, (flags & 4) > 0, (flags & 8) > 0, alpha, seed);
        Prop.ForAll(samples.ToArbitrary(), sample => Check(width, sample)).QuickCheckThrowOnFailure();
    }

    private static void Check(VectorWidth width, Sample s)
    {
        var random = new System.Random(s.Seed);
        int runStep = (s.Length * s.Step) + random.Next(5), rowStep = random.Next(1, 40);
        int panelColumns = MicroKernel.Vectors * SimdDispatch.Lanes<float>(width);
        int panelRow = panelColumns + random.Next(3), cRow = s.Columns + random.Next(4), depth = s.Length * s.Runs;
        int[] starts = [.. Enumerable.Range(0, s.Rows).Select(row => s.IsTable && row > 0 ? random.Next(200) : row * rowStep).Order()];
        float[] a = SmallIntegers(random, starts.Max() + (runStep * (s.Runs - 1)) + ((s.Length - 1) * s.Step) + 1);
        float[] panel = SmallIntegers(random, ((depth - 1) * panelRow) + panelColumns), bias = SmallIntegers(random, s.Columns);
        float[] c = SmallIntegers(random, ((s.Rows - 1) * cRow) + s.Columns), before = [.. c];
        if (!s.Accumulate) Fill(c, s, cRow, float.NaN);

        var path = new SumPath(s.Length, s.Runs, s.Step, runStep);
        SimdDispatch.Run<float, Product>(width, new(a, starts, rowStep, s, path, panel, panelRow, c, cRow, s.HasBias ? bias : []));

        for (int i = 0; i < s.Rows; i++)
        {
            for (int j = 0; j < cRow && (i * cRow) + j < c.Length; j++)
            {
                float expected = before[(i * cRow) + j];
                if (j < s.Columns) expected = Expected(i, j, s.Accumulate ? expected : 0);
                Assert.Equal(expected, c[(i * cRow) + j]);
            }
        }

        float Expected(int row, int column, float start)
        {
            float sum = 0;
            for (int k = 0; k < depth; k++)
                sum += a[starts[row] + (k / s.Length * runStep) + (k % s.Length * s.Step)] * panel[(k * panelRow) + column];
            float value = (s.Alpha * sum) + start + (s.HasBias ? bias[column] : 0);
            return s.Relu ? Math.Max(value, 0) : value;
        }
    }

    private static float[] SmallIntegers(System.Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-3, 4))];

    // Fills the columns of c, but not the gaps between its rows.
    private static void Fill(float[] c, Sample s, int cRow, float value)
    {
        for (int i = 0; i < s.Rows; i++) Array.Fill(c, value, i * cRow, s.Columns);
    }

    private readonly ref struct Product(
        ReadOnlySpan<float> a, int[] starts, int rowStep, Sample s, SumPath path, ReadOnlySpan<float> panel, int panelRow, Span<float> c,
        int cRow, ReadOnlySpan<float> bias) : ISimdAction<float>
    {
        private readonly ReadOnlySpan<float> a = a, panel = panel, bias = bias;
        private readonly Span<float> c = c;

        void ISimdAction<float>.Invoke<TSimd, TVector>()
        {
            var epilogue = new TileEpilogue<float>(s.Alpha, s.Accumulate, bias, s.Relu);
            if (s.IsTable)
            {
                PanelProduct.Run<RowTable, TSimd, TVector, float>(
                    a, new(starts), s.Rows, path, panel, panelRow, c, cRow, s.Columns, epilogue);
            }
            else
            {
                PanelProduct.Run<EvenRows, TSimd, TVector, float>(
                    a, new(rowStep), s.Rows, path, panel, panelRow, c, cRow, s.Columns, epilogue);
            }
        }
    }
}
