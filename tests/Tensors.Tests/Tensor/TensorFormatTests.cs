namespace DeepSharp.Tensors.Tests;

public class TensorFormatTests
{
    [Fact]
    public void A_scalar_is_one_line() => Assert.Equal("float [] 2.5", Tensor<float>.Scalar(2.5f).ToString());

    [Fact]
    public void A_matrix_is_aligned_in_columns() => Assert.Equal(
        """
        double [2, 3]
        [[   1, -2.5,    3],
         [   4,    5, 1000]]
        """.ReplaceLineEndings("\n"),
        Tensor<double>.FromArray([1, -2.5, 3, 4, 5, 1000], [2, 3]).ToString());

    [Fact]
    public void An_image_is_shown_in_logical_order() => Assert.Equal(
        """
        float [1, 2, 2, 2]
        [[[[0, 1],
           [2, 3]],

          [[4, 5],
           [6, 7]]]]
        """.ReplaceLineEndings("\n"),
        Tensor<float>.FromArray([0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 2, 2]).ToString());

    [Fact]
    public void More_than_a_thousand_elements_are_abbreviated()
    {
        using var x = Tensor<float>.FromArray([.. Enumerable.Range(0, 2000).Select(i => (float)i)], [2, 1000]);
        Assert.Equal(
            "float [2, 1000]\n[[   0,    1,    2, ...,  997,  998,  999],\n [1000, 1001, 1002, ..., 1997, 1998, 1999]]", x.ToString());
    }

    [Fact]
    public void A_thousand_elements_are_not_abbreviated() =>
        Assert.DoesNotContain("...", Tensor<float>.Ones([10, 100]).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_disposed_tensor_is_shown_as_disposed()
    {
        var x = Tensor<float>.Ones([2, 3]);
        x.Dispose();
        Assert.Equal("float [2, 3], disposed", x.ToString());
    }
}
