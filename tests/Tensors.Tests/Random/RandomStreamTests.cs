namespace DeepSharp.Tensors.Tests.Random;

public class RandomStreamTests
{
    private const int Count = 100_000;

    private static readonly RandomStream Stream = new(1, "test");

    [Fact]
    public void Seed_name_epoch_and_step_each_select_a_different_stream()
    {
        RandomStream[] streams = [Stream, new(2, "test"), new(1, "tests"), Stream.At(1, 0), Stream.At(0, 1)];
        Assert.Equal(streams.Length, streams.Select(stream => stream.Word(0)).Distinct().Count());
        Assert.Equal(Stream.Word(5), new RandomStream(1, "test").At(0, 0).Word(5));
        Assert.True(Stream == Stream.At(3, 4).At(0, 0));
        Assert.True(Stream != Stream.At(0, 1));
    }

    // Checkpoints resume bit for bit, so these words must never change. They are the Philox block of counter 0, whose key is the first
    // 8 bytes of SHA-256("1/test").
    [Fact]
    public void Its_words_never_change() =>
        Assert.Equal([239360060u, 651517613u, 2456266909u, 2207235029u], Enumerable.Range(0, 4).Select(i => Stream.Word(i)));

    [Fact]
    public void Words_equal_the_words_of_the_blocks()
    {
        var (r0, r1, r2, r3) = Stream.Block(7);
        Assert.Equal([r0, r1, r2, r3], Enumerable.Range(28, 4).Select(i => Stream.Word(i)));
        // Block indices beyond 32 bits give different words.
        Assert.NotEqual(Stream.Word(0), Stream.Word(4L << 32));
    }

    [Fact]
    public void Uniform_numbers_are_uniform()
    {
        double[] x = Sample(Stream.Uniform);
        Assert.All(x, u => Assert.InRange(u, 0, Math.BitDecrement(1.0)));
        IsMean(0.5, Math.Sqrt(1.0 / 12), x);
        IsMean(1.0 / 3, Math.Sqrt(4.0 / 45), [.. x.Select(u => u * u)]);
        // Neighboring samples are uncorrelated.
        IsMean(0.25, Math.Sqrt(7.0 / 144), [.. x.Zip(x.Skip(1), (a, b) => a * b)]);
    }

    [Fact]
    public void Normal_numbers_are_normal()
    {
        double[] x = Sample(Stream.Normal);
        IsMean(0, 1, x);
        IsMean(1, Math.Sqrt(2), [.. x.Select(z => z * z)]);
        IsMean(3, Math.Sqrt(96), [.. x.Select(z => z * z * z * z)]);
        // Both samples of a pair come from the same two words and must still be independent.
        IsMean(0, 1, [.. x.Zip(x.Skip(1), (a, b) => a * b)]);
    }

    [Fact]
    public void Integers_are_uniform_and_below_their_bound()
    {
        double[] x = Sample(i => Stream.Below(7, i));
        for (int value = 0; value < 7; value++) IsMean(1.0 / 7, Math.Sqrt(6.0 / 49), [.. x.Select(n => n == value ? 1.0 : 0)]);
        Assert.Equal(6, x.Max());
    }

    [Fact]
    public void A_permutation_contains_each_index_once_and_is_uniform()
    {
        Assert.Equal(Enumerable.Range(0, 1000), Stream.Permutation(1000).Order());
        Assert.Empty(Stream.Permutation(0));
        // The positions to which random permutations of five elements move element 0.
        double[] positions = [.. Enumerable.Range(0, 20_000).Select(step => (double)Array.IndexOf(Stream.At(0, step).Permutation(5), 0))];
        for (int position = 0; position < 5; position++) IsMean(0.2, 0.4, [.. positions.Select(p => p == position ? 1.0 : 0)]);
    }

    private static double[] Sample(Func<long, double> number) => [.. Enumerable.Range(0, Count).Select(i => number(i))];

    // The mean of n samples has the standard deviation σ/√n. An error above five times that occurs less than once in a million tests.
    private static void IsMean(double mean, double deviation, double[] x) =>
        Assert.Equal(mean, x.Average(), 5 * deviation / Math.Sqrt(x.Length));
}
