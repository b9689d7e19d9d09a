using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Gemm;

/// <summary>The parts of a split sum respect their limits, cover every block once, and add up to the total.</summary>
public class SplitSumTests
{
    [Fact]
    public void Parts_cover_all_blocks_once_and_add_up_in_order()
    {
        var samples =
            from length in Gen.Choose(1, 300)
            from blocks in Gen.Choose(1, 60)
            from maxParts in Gen.Choose(1, 20)
            from maxBytes in Gen.Choose(1, 4000)
            select (length, blocks, maxParts, maxBytes);
        using var context = new ComputeContext(new ComputeOptions { Workers = 3 });
        Prop.ForAll(samples.ToArbitrary(), s => Check(context, s.length, s.blocks, s.maxParts, s.maxBytes)).QuickCheckThrowOnFailure();
    }

    private static void Check(ComputeContext context, int length, int blocks, int maxParts, int maxBytes)
    {
        using var sum = new SplitSum<double>(context, length, blocks, maxParts, maxBytes);
        Assert.InRange(sum.Parts, 1, Math.Min(maxParts, blocks));
        Assert.True(
            sum.Parts == 1 || sum.Parts * length * sizeof(double) <= maxBytes,
            $"{sum.Parts} parts of {length} elements need more than {maxBytes} bytes.");
        // Block b adds 2^−(b mod 50) to every element, so a block that is missing or counted twice changes the sum.
        sum.Run((first, end, part) =>
        {
            Assert.True(first < end);
            part.Span.Clear();
            for (int block = first; block < end; block++)
            {
                for (int i = 0; i < length; i++) part.Span[i] += Math.Pow(2, -(block % 50));
            }
        });
        double expected = Enumerable.Range(0, blocks).Sum(block => Math.Pow(2, -(block % 50)));
        int half = length / 2;
        foreach (double element in sum.AddParts(0, half)) Assert.Equal(expected, element);
        foreach (double element in sum.AddParts(half, length - half)) Assert.Equal(expected, element);
        Assert.Equal(expected, sum.Total.Span[length - 1]);
    }
}
