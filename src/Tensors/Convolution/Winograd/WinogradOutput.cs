using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>Transforms products into outputs, y = Aᵀ m A, applies bias and ReLU, and writes those that are inside the image.</summary>
internal static class WinogradOutput
{
    /// <summary>Writes the outputs of a range of tiles.</summary>
    /// <param name="products">m, [points][tiles][channels, padded].</param>
    /// <param name="pointStep">Elements from one point to the next.</param>
    /// <param name="plan">Provides the positions of the tiles.</param>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="tiles">The number of tiles.</param>
    /// <param name="firstChannel">The channel of the first product of each row.</param>
    /// <param name="endChannel">The channel after the last one.</param>
    /// <param name="epilogue">Bias and ReLU.</param>
    /// <param name="output">Images [N, OH, OW, K].</param>
    [SkipLocalsInit]
    public static void Transform<TTile, TSimd, TVector, T>(
        ReadOnlySpan<T> products, int pointStep, in WinogradPlan plan, int firstTile, int tiles, int firstChannel, int endChannel,
        in Epilogue<T> epilogue, Span<T> output)
        where TTile : struct, IWinogradTile
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int size = TTile.OutputSize;
        Span<T> scratch = StackMemory.Align(
            stackalloc T[((size + 2) * size * TSimd.Width) + (size * size * TSimd.Width) + StackMemory.Slack<T>()]);
        int whole = endChannel - ((endChannel - firstChannel) % TSimd.Width);
        var bias = epilogue.Bias.Span;
        for (int tile = 0; tile < tiles; tile++)
        {
            var (n, row, column) = plan.Tile(firstTile + tile);
            ref T source = ref Unsafe.Add(ref MemoryMarshal.GetReference(products), (nint)tile * plan.ProductRow);
            ref T target = ref Unsafe.Add(
                ref MemoryMarshal.GetReference(output), ((((nint)n * plan.OutputHeight) + row) * plan.OutputWidth + column) * plan.K);
            int rows = Math.Min(size, plan.OutputHeight - row), columns = Math.Min(size, plan.OutputWidth - column);
            for (int k = firstChannel; k < whole; k += TSimd.Width)
            {
                Channels<TTile, TSimd, TVector, T>(
                    ref Unsafe.Add(ref source, k - firstChannel), pointStep, k, bias, epilogue.Relu, ref target, rows, columns,
                    plan.OutputWidth * plan.K, plan.K, scratch);
            }

            for (int k = whole; k < endChannel; k++)
            {
                Channels<TTile, SimdScalar<T>, T, T>(
                    ref Unsafe.Add(ref source, k - firstChannel), pointStep, k, bias, epilogue.Relu, ref target, rows, columns,
                    plan.OutputWidth * plan.K, plan.K, scratch);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Channels<TTile, TSimd, TVector, T>(
        ref T source, nint pointStep, int k, ReadOnlySpan<T> bias, bool relu, ref T target, int rows, int columns, nint rowStep,
        nint columnStep, Span<T> scratch)
        where TTile : struct, IWinogradTile
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int size = TTile.OutputSize;
        nint width = TSimd.Width;
        ref T between = ref MemoryMarshal.GetReference(scratch);
        ref T result = ref Unsafe.Add(ref between, (size + 2) * size * width);
        WinogradTransform.Apply<WinogradTransform.Output<TTile>, TSimd, TVector, T>(
            in source, (size + 2) * pointStep, pointStep, ref between, ref result, size * width, width);

        var zero = TSimd.Broadcast(T.Zero);
        var shift = bias.IsEmpty ? zero : TSimd.Load(in bias[k], 0);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                var value = TSimd.Add(TSimd.Load(in result, ((i * size) + j) * width), shift);
                if (relu) value = TSimd.Select(TSimd.GreaterThan(zero, value), zero, value);
                TSimd.Store(value, ref target, (i * rowStep) + (j * columnStep) + k);
            }
        }
    }
}
