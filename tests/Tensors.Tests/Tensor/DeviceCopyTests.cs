namespace DeepSharp.Tensors.Tests;

public sealed class DeviceCopyTests : IDisposable
{
    private readonly FakeDevice device = new();
    private readonly ComputeContext context;

    public DeviceCopyTests() => context = new ComputeContext(new ComputeOptions { FillWithNaN = true }, device);

    public void Dispose() => context.Dispose();

    [Fact]
    public void A_chain_of_device_kernels_uploads_its_inputs_once_and_downloads_its_result_once()
    {
        using var x = Tensor<float>.Ones([1, 2, 3, 4], context);
        using var y = Tensor<float>.Full([1, 2, 3, 4], 2, context);
        using var sum = x + y;
        using var result = sum + x;
        Assert.Equal((2, 0), (device.Uploads, device.Downloads));
        Assert.All(result.ToArray(), element => Assert.Equal(4, element));
        Assert.Equal(4, result[0, 1, 2, 3]);
        Assert.Equal((2, 1), (device.Uploads, device.Downloads));
    }

    [Fact]
    public void A_kernel_missing_on_the_device_downloads_its_input_and_its_result_is_uploaded_when_needed()
    {
        using var x = Tensor<float>.Full([3], -1, context);
        using var sum = x + x;
        using var y = sum.Abs();
        Assert.Equal((1, 1), (device.Uploads, device.Downloads));
        using var result = y + y;
        Assert.Equal((2, 1), (device.Uploads, device.Downloads));
        Assert.Equal([4, 4, 4], result.ToArray());
    }

    [Fact]
    public void Writing_on_the_host_keeps_device_results_and_invalidates_the_device_copy()
    {
        using var x = Tensor<float>.FromArray([1, 2], [2], context);
        using var sum = x + x;
        sum[0] = 10;
        Assert.Null(sum.DeviceCopy);
        using var result = sum + sum;
        Assert.Equal([20, 8], result.ToArray());
        Assert.Equal(2, device.Uploads);
    }

    [Fact]
    public void Writing_on_the_device_raises_the_version()
    {
        using var x = Tensor<float>.Ones([2], context);
        long version = x.Version;
        using var sum = x + x;
        Assert.Equal(version, x.Version);
        Assert.True(sum.Version > 0);
    }

    [Fact]
    public void Copies_are_released_with_their_tensors_and_when_replaced()
    {
        var x = Tensor<float>.Ones([2], context);
        var sum = x + x;
        Assert.Equal(2, device.CopiesAlive);
        x[0] = 2;
        using (x + x) Assert.Equal(3, device.CopiesAlive);
        x.Dispose();
        sum.Dispose();
        Assert.Equal(0, device.CopiesAlive);
    }
}
