namespace DeepSharp.Tensors.Tests.Convolution;

/// <summary>An upper bound of the rounding error of each result of a Winograd convolution.</summary>
/// <remarks>
/// A Winograd output is computed from all inputs of its tile, and large terms cancel. Its error is relative to the same computation
/// without cancellation, on the absolute values of operands and matrices. The bound is ε times the number of roundings on the way
/// (Higham, "Accuracy and Stability of Numerical Algorithms", section 3.5) times
/// <code>
/// forward           |Aᵀ| [ Σ channels (|G| |w| |G|ᵀ) ⊙ (|Bᵀ| |x| |Bᵀ|ᵀ) ] |Aᵀ|ᵀ
/// weight gradient   |Gᵀ| [ Σ tiles (|A| |dy| |A|ᵀ) ⊙ (|Bᵀ| |x| |Bᵀ|ᵀ) ] |Gᵀ|ᵀ
/// </code>
/// </remarks>
internal sealed class WinogradBound
{
    // Each of the three transforms is applied to rows and to columns, with at most five roundings each time.
    private const int TransformRoundings = 3 * 2 * 5;

    private readonly int size, outputSize;
    private readonly double[,] input, weights, output;

    private WinogradBound(int outputSize, double[,] input, double[,] weights, double[,] output)
    {
        (this.outputSize, size) = (outputSize, outputSize + 2);
        (this.input, this.weights, this.output) = (Absolute(input), Absolute(weights), Absolute(output));
    }

    /// <summary>The bound of each result, in the order of <see cref="ConvolutionReference"/>.</summary>
    /// <param name="algorithm">The name of the algorithm.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="s">The convolution, 3×3 with stride 1.</param>
    /// <param name="first">The first operand of the pass.</param>
    /// <param name="second">The second operand of the pass.</param>
    public static double[] Of<T>(string algorithm, ConvolutionPass pass, in ConvolutionShape s, double[] first, double[] second)
    {
        int channels = s.C;
        var bound = algorithm == Winograd4x4.Name ? Create<Winograd4x4>() : Create<Winograd2x2>();
        return pass switch
        {
            ConvolutionPass.Forward => bound.Forward<T>(
                new(s.N, s.C, s.H, s.W, s.K, s.OutputHeight, s.OutputWidth, s.Window.PaddingHeight, s.Window.PaddingWidth),
                first, (k, c, tap) => second[(((k * channels) + c) * 9) + tap], s.C),
            ConvolutionPass.InputGradient => bound.InputGradient<T>(s, first, second),
            _ => bound.WeightGradient<T>(s, first, second),
        };
    }

    /// <summary>
    /// Requires that the norm of all errors is at most 84 ε (in float, 1e-5) times the norm of the sums of absolute products. Roundings are
    /// independent, so this ratio is far smaller than the bounds of single results allow. A wrong coefficient makes it more than 1e-2.
    /// </summary>
    public static void RequireNorm<T>(double[] expected, double[] found, double[] absolute, string what)
    {
        double error = Math.Sqrt(expected.Zip(found, (left, right) => (left - right) * (left - right)).Sum());
        double bound = 84 * Tolerance.Epsilon<T>() * Math.Sqrt(absolute.Sum(value => value * value));
        Assert.True(error <= bound, $"{what}: the norm of the error is {error:g3}, above {bound:g3}.");
    }

    private static WinogradBound Create<TTile>()
        where TTile : struct, IWinogradTile
    {
        int m = TTile.OutputSize, t = m + 2;
        return new(
            m, WinogradMatricesTests.Matrix<WinogradTransform.Input<TTile>>(t, t),
            WinogradMatricesTests.Matrix<WinogradTransform.Weights<TTile>>(3, t),
            WinogradMatricesTests.Matrix<WinogradTransform.Output<TTile>>(t, m));
    }

    private double[] InputGradient<T>(in ConvolutionShape s, double[] dy, double[] w)
    {
        int channels = s.C;
        return Forward<T>(
            new(s.N, s.K, s.OutputHeight, s.OutputWidth, s.C, s.H, s.W, 2 - s.Window.PaddingHeight, 2 - s.Window.PaddingWidth),
            dy, (c, k, tap) => w[(((k * channels) + c) * 9) + 8 - tap], s.K);
    }

    private double[] Forward<T>(Maps maps, double[] x, Func<int, int, int, double> weight, int terms)
    {
        double[][] u = new double[maps.K * maps.C][];
        for (int k = 0; k < maps.K; k++)
        {
            for (int c = 0; c < maps.C; c++) u[(k * maps.C) + c] = Apply(weights, tap => weight(k, c, tap));
        }

        double[] bounds = new double[maps.N * maps.K * maps.OutputHeight * maps.OutputWidth];
        foreach (var (n, row, column) in Tiles(maps))
        {
            double[][] v = TransformedInput(maps, x, n, row, column);
            for (int k = 0; k < maps.K; k++)
            {
                double[] sums = new double[size * size];
                for (int c = 0; c < maps.C; c++) AddProducts(sums, u[(k * maps.C) + c], v[c]);
                double[] y = Apply(output, i => sums[i]);
                for (int i = 0; i < y.Length; i++)
                {
                    int p = row + (i / outputSize), q = column + (i % outputSize);
                    if (p >= maps.OutputHeight || q >= maps.OutputWidth) continue;
                    int element = (((((n * maps.K) + k) * maps.OutputHeight) + p) * maps.OutputWidth) + q;
                    bounds[element] = Tolerance.Sum<T>(terms + TransformRoundings, y[i]);
                }
            }
        }

        return bounds;
    }

    private double[] WeightGradient<T>(in ConvolutionShape s, double[] x, double[] dy)
    {
        var maps = new Maps(s.N, s.C, s.H, s.W, s.K, s.OutputHeight, s.OutputWidth, s.Window.PaddingHeight, s.Window.PaddingWidth);
        double[][] sums = [.. Enumerable.Range(0, s.K * s.C).Select(_ => new double[size * size])];
        double[,] gradient = Transposed(output), toWeights = Transposed(weights);
        int tiles = 0;
        foreach (var (n, row, column) in Tiles(maps))
        {
            tiles++;
            double[][] v = TransformedInput(maps, x, n, row, column);
            for (int k = 0; k < s.K; k++)
            {
                double[] d = Apply(gradient, i => maps.Output(dy, n, k, row + (i / outputSize), column + (i % outputSize)));
                for (int c = 0; c < s.C; c++) AddProducts(sums[(k * s.C) + c], d, v[c]);
            }
        }

        return [.. sums.SelectMany(sum => Apply(toWeights, i => sum[i])).Select(y => Tolerance.Sum<T>(tiles + TransformRoundings, y))];
    }

    private double[][] TransformedInput(Maps maps, double[] x, int n, int row, int column) =>
        [.. Enumerable.Range(0, maps.C).Select(
            c => Apply(input, i => maps.Input(x, n, c, row + (i / size), column + (i % size))))];

    private IEnumerable<(int Image, int Row, int Column)> Tiles(Maps maps) =>
        from n in Enumerable.Range(0, maps.N)
        from row in Enumerable.Range(0, (maps.OutputHeight + outputSize - 1) / outputSize)
        from column in Enumerable.Range(0, (maps.OutputWidth + outputSize - 1) / outputSize)
        select (n, row * outputSize, column * outputSize);

    // M |z| Mᵀ for a square matrix z in row-major order.
    private static double[] Apply(double[,] matrix, Func<int, double> z)
    {
        int to = matrix.GetLength(0), from = matrix.GetLength(1);
        double[] between = new double[to * from], result = new double[to * to];
        for (int row = 0; row < from; row++)
        {
            for (int column = 0; column < from; column++)
            {
                double value = Math.Abs(z((row * from) + column));
                for (int i = 0; i < to; i++) between[(i * from) + column] += matrix[i, row] * value;
            }
        }

        for (int i = 0; i < to; i++)
        {
            for (int j = 0; j < to; j++)
            {
                for (int column = 0; column < from; column++) result[(i * to) + j] += between[(i * from) + column] * matrix[j, column];
            }
        }

        return result;
    }

    private static void AddProducts(double[] sums, double[] left, double[] right)
    {
        for (int i = 0; i < sums.Length; i++) sums[i] += left[i] * right[i];
    }

    private static double[,] Absolute(double[,] matrix)
    {
        double[,] absolute = (double[,])matrix.Clone();
        for (int i = 0; i < matrix.GetLength(0); i++)
        {
            for (int j = 0; j < matrix.GetLength(1); j++) absolute[i, j] = Math.Abs(matrix[i, j]);
        }

        return absolute;
    }

    private static double[,] Transposed(double[,] matrix)
    {
        double[,] transposed = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (int i = 0; i < matrix.GetLength(0); i++)
        {
            for (int j = 0; j < matrix.GetLength(1); j++) transposed[j, i] = matrix[i, j];
        }

        return transposed;
    }

    /// <summary>Input maps [N, C, H, W] and output maps [N, K, OH, OW] of a pass.</summary>
    private sealed record Maps(int N, int C, int H, int W, int K, int OutputHeight, int OutputWidth, int PaddingHeight, int PaddingWidth)
    {
        public double Input(double[] x, int n, int c, int row, int column) =>
            Element(x, ((n * C) + c) * H * W, H, W, row - PaddingHeight, column - PaddingWidth);

        public double Output(double[] y, int n, int k, int row, int column) =>
            Element(y, ((n * K) + k) * OutputHeight * OutputWidth, OutputHeight, OutputWidth, row, column);

        private static double Element(double[] maps, int start, int height, int width, int row, int column) =>
            row < 0 || row >= height || column < 0 || column >= width ? 0 : maps[start + (row * width) + column];
    }
}
