using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests;

public class TensorTests
{
    private static readonly ComputeContext Context = TestContexts.Default;

    [RepeatableProperty(MaxTest = 100)]
    public Property Elements_are_written_and_read_in_logical_order() => Prop.ForAll(Arb.From(Shapes.Any, Shapes.Shrink), shape =>
    {
        float[] elements = [.. Enumerable.Range(0, shape.ElementCount).Select(i => (float)i)];
        using var x = Tensor<float>.FromArray(elements, shape, Context);
        Assert.Equal(elements, x.ToArray());
        int element = 0;
        foreach (int[] index in Indices.Of(shape)) Assert.Equal(elements[element++], x[index]);
        using var copy = x.Clone();
        copy[new int[shape.Rank]] = -1;
        Assert.Equal(elements, x.ToArray());
        x.CopyFrom(copy);
        Assert.Equal(-1, x.ToArray()[0]);
    });

    [Fact]
    public void Indices_count_from_the_end_when_negative()
    {
        using var x = Tensor<float>.Zeros([2, 3], Context);
        x[-1, -3] = 7;
        Assert.Equal(7, x[1, 0]);
    }

    [Fact]
    public void Errors_name_invalid_indices()
    {
        using var x = Tensor<float>.Zeros([2, 3], Context);
        Assert.Equal("[2, 3] takes 2 indices, 1 were given. (Parameter 'indices')", Assert.Throws<ArgumentException>(() => x[0]).Message);
        Assert.StartsWith(
            "Index 3 on axis 1 is outside [2, 3].",
            Assert.Throws<ArgumentOutOfRangeException>(() => x[0, 3]).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => x[-3, 0]);
    }

    [Fact]
    public void Errors_name_mismatched_lengths()
    {
        using var x = Tensor<float>.Zeros([2, 3], Context);
        using var y = Tensor<float>.Zeros([3, 2], Context);
        Assert.Equal(
            "FromArray: [2, 3] has 6 elements, 2 were given.",
            Assert.Throws<ShapeException>(() => Tensor<float>.FromArray([1, 2], [2, 3])).Message);
        Assert.Equal("CopyFrom: [2, 3] has 6 elements, 1 were given.", Assert.Throws<ShapeException>(() => x.CopyFrom([1f])).Message);
        Assert.Equal("CopyFrom: [3, 2] cannot be copied into [2, 3].", Assert.Throws<ShapeException>(() => x.CopyFrom(y)).Message);
        Assert.Equal(
            "CopyTo: [2, 3] has 6 elements, the target has room for 5. (Parameter 'target')",
            Assert.Throws<ArgumentException>(() => x.CopyTo(new float[5])).Message);
        Assert.Equal("ToScalar: [2, 3] has 6 elements, expected 1.", Assert.Throws<ShapeException>(() => x.ToScalar()).Message);
    }

    [Fact]
    public void Only_float_and_double_are_element_types() => Assert.Equal(
        "A tensor holds float or double, not Half.", Assert.Throws<NotSupportedException>(() => Tensor<Half>.Zeros([2])).Message);

    [Fact]
    public void Creation_fills_every_element()
    {
        Assert.Equal([0, 0], Tensor<double>.Zeros([2], Context).ToArray());
        Assert.Equal([1, 1], Tensor<double>.Ones([2], Context).ToArray());
        Assert.Equal([3, 3], Tensor<double>.Full([2], 3, Context).ToArray());
        Assert.Equal(4, Tensor<double>.Scalar(4, Context).ToScalar());
        Assert.Equal(0, Tensor<double>.Scalar(4, Context).Shape.Rank);
    }

    [Fact]
    public void Random_elements_follow_the_logical_order()
    {
        var stream = new RandomStream(1, "x");
        using var image = Tensor<double>.RandomNormal([2, 3, 4, 5], stream, mean: 10, deviation: 2, Context);
        using var vector = Tensor<double>.RandomNormal([120], stream, mean: 10, deviation: 2, Context);
        Assert.Equal(vector.ToArray(), image.ToArray());
        Assert.Equal(10 + (2 * stream.Normal(7)), vector[7]);
        using var uniform = Tensor<double>.RandomUniform([120], stream, -1, 3, Context);
        Assert.Equal(-1 + (4 * stream.Uniform(7)), uniform[7]);
        Assert.All(uniform.ToArray(), x => Assert.InRange(x, -1, 3));
    }

    [Fact]
    public void The_error_of_a_disposed_tensor_names_its_operation()
    {
        using var x = Tensor<float>.Ones([2], Context);
        var y = x.Relu();
        y.Dispose();
        y.Dispose();
        Assert.True(y.IsDisposed);
        Assert.Contains(
            "This tensor [2], created by Relu, was disposed.",
            Assert.Throws<ObjectDisposedException>(() => y.ToArray()).Message,
            StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => y[0] = 1);
        Assert.Throws<ObjectDisposedException>(() => y.Relu());
        Assert.Throws<ObjectDisposedException>(() => y.Derive("key", _ => "value"));
    }

    [Fact]
    public void Writing_raises_the_version_and_reading_does_not()
    {
        using var x = Tensor<float>.Ones([2], Context);
        long version = x.Version;
        _ = x.Read();
        _ = x.ToArray();
        _ = x[0];
        Assert.Equal(version, x.Version);
        x[0] = 2;
        Assert.True(x.Version > version);
        version = x.Version;
        x.CopyFrom([1, 2]);
        Assert.True(x.Version > version);
    }

    [Fact]
    public void Derived_values_are_computed_once_per_key_and_version_of_their_sources()
    {
        using var x = Tensor<float>.Ones([2], Context);
        int made = 0;
        Derived Derive(string key, params ReadOnlySpan<Tensor<float>> others) => x.Derive(key, _ => new Derived(++made), others);
        var first = Derive("a");
        Assert.Same(first, Derive("a"));
        Assert.Equal(2, Derive("b").Number);
        x[0] = 2;
        Assert.Equal(3, Derive("a").Number);
        Assert.True(first.IsDisposed);
        using Tensor<float> y = Tensor<float>.Ones([2], Context), z = Tensor<float>.Ones([2], Context);
        Assert.Equal(4, Derive("a", y).Number);
        Assert.Equal(4, Derive("a", y).Number);
        y[0] = 2;
        Assert.Equal(5, Derive("a", y).Number);
        Assert.Equal(6, Derive("a", z).Number);
        Assert.Equal(7, Derive("a", z, y).Number);
        var last = Derive("a", z, y);
        Assert.Equal(7, last.Number);
        x.Dispose();
        Assert.True(last.IsDisposed);
    }

    private sealed class Derived(int number) : IDisposable
    {
        public int Number => number;

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
