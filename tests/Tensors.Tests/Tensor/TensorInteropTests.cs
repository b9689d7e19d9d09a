using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests;

public class TensorInteropTests
{
    [RepeatableProperty(MaxTest = 100)]
    public Property Tensor_span_has_logical_lengths_and_elements() => Prop.ForAll(Arb.From(Shapes.Any, Shapes.Shrink), shape =>
    {
        using var x = Numbered(shape);
        var span = x.AsReadOnlyTensorSpan();
        Assert.Equal(shape.ToArray(), span.Lengths.ToArray().Select(length => (int)length));
        float[] elements = new float[shape.ElementCount];
        span.FlattenTo(elements);
        Assert.Equal(x.ToArray(), elements);
    });

    [Fact]
    public void Tensor_span_writes_into_the_tensor()
    {
        using var x = Numbered([2, 3, 1, 4]);
        long version = x.Version;
        var span = x.AsTensorSpan();
        span[1, 2, 0, 3] = -1;
        Assert.Equal(-1, x[1, 2, 0, 3]);
        Assert.True(x.Version > version);
    }

    [Fact]
    public void Tensor_span_of_a_scalar_has_one_element()
    {
        using var x = Tensor<float>.Scalar(3, TestContexts.Default);
        Assert.Equal(1, x.AsReadOnlyTensorSpan().FlattenedLength);
        x.AsTensorSpan()[0] = 4;
        Assert.Equal(4, x.ToScalar());
    }

    [Fact]
    public void A_matrix_is_a_two_dimensional_span()
    {
        using var x = Numbered([2, 3]);
        x.AsSpan2D()[1, 2] = -1;
        Assert.Equal([0, 1, 2, 3, 4, -1], x.AsReadOnlySpan2D().ToArray().Cast<float>());
        Assert.Equal(-1, x[1, 2]);
    }

    [Fact]
    public void An_image_is_a_span_of_rows_of_pixels()
    {
        using var x = Numbered([2, 3, 4, 5]);
        x.AsSpan2D(0)[3, 14] = -1;
        Assert.Equal(-1, x[0, 2, 3, 4]);
        var image = x.AsReadOnlySpan2D(1);
        Assert.Equal((4, 15), (image.Height, image.Width));
        for (int c = 0; c < 3; c++) Assert.Equal(x[1, c, 2, 4], image[2, (4 * 3) + c]);
    }

    [Fact]
    public void Errors_name_invalid_ranks_and_images()
    {
        using var x = Numbered([2, 3, 4]);
        Assert.Equal(
            "AsSpan2D: expected a tensor of rank 2, found [2, 3, 4].", Assert.Throws<ShapeException>(() => { x.AsSpan2D(); }).Message);
        Assert.Equal(
            "AsReadOnlySpan2D: expected a tensor of rank 4, found [2, 3, 4].",
            Assert.Throws<ShapeException>(() => { x.AsReadOnlySpan2D(0); }).Message);
        using var images = Numbered([2, 3, 4, 5]);
        Assert.StartsWith(
            "AsSpan2D: [2, 3, 4, 5] has no image 2.",
            Assert.Throws<ArgumentOutOfRangeException>(() => { images.AsSpan2D(2); }).Message,
            StringComparison.Ordinal);
    }

    private static Tensor<float> Numbered(Shape shape) =>
        Tensor<float>.FromArray([.. Enumerable.Range(0, shape.ElementCount).Select(i => (float)i)], shape, TestContexts.Default);
}
