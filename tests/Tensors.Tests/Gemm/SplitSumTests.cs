using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Gemm;

/// <summary>Where a sum is cut, and that its parts add up to it.</summary>
public class SplitSumTests
{
    [Fact]
    public void Parts_cover_all_pieces_once_and_add_up_in_their_order()
    {
        var samples =
            from length in Gen.Choose(1, 300)
            from pieces in Gen.Choose(1, 60)
            from maxParts in Gen.Choose(1, 20)
            from maxBytes in Gen.Choose(1, 4000)
            select (length, pieces, maxParts, maxBytes);
        using var context = new ComputeContext(new ComputeOptions { Workers = 3 });
        Prop.ForAll(samples.ToArbitrary(), s => Check(context, s.length, s.pieces, s.maxParts, s.maxBytes)).QuickCheckThrowOnFailure();
    }

    private static void Check(ComputeContext context, int length, int pieces, int maxParts, int maxBytes)
    {
        using var sum = new SplitSum<double>(context, length, pieces, maxParts, maxBytes);
        Assert.InRange(sum.Parts, 1, Math.Min(maxParts, pieces));
        Assert.True(sum.Parts == 1 || sum.Parts * length * sizeof(double) <= maxBytes, $"{sum.Parts} parts of {length} elements take more than {maxBytes} bytes.");
        // Piece p is 2^−p, each bit of the sum a piece: one that is missing or there twice shows.
        sum.Run((first, end, part) =>
        {
            Assert.True(first < end);
            part.Span.Clear();
            for (int piece = first; piece < end; piece++)
            {
                for (int i = 0; i < length; i++) part.Span[i] += Math.Pow(2, -(piece % 50));
            }
        });
        double expected = Enumerable.Range(0, pieces).Sum(piece => Math.Pow(2, -(piece % 50)));
        int half = length / 2;
        foreach (double element in sum.AddParts(0, half)) Assert.Equal(expected, element);
        foreach (double element in sum.AddParts(half, length - half)) Assert.Equal(expected, element);
        Assert.Equal(expected, sum.Total.Span[length - 1]);
    }
}
