using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Creates tensors with an inferred element type where possible: <c>Tensor.From([1f, 2f, 3f, 4f], [2, 2])</c>.</summary>
public static class Tensor
{
    /// <inheritdoc cref="Tensor{T}.FromArray"/>
    public static Tensor<T> From<T>(ReadOnlySpan<T> elements, Shape shape, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T> => Tensor<T>.FromArray(elements, shape, context);

    /// <inheritdoc cref="Tensor{T}.Zeros"/>
    public static Tensor<T> Zeros<T>(Shape shape, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T> => Tensor<T>.Zeros(shape, context);

    /// <inheritdoc cref="Tensor{T}.Ones"/>
    public static Tensor<T> Ones<T>(Shape shape, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T> => Tensor<T>.Ones(shape, context);

    /// <inheritdoc cref="Tensor{T}.Full"/>
    public static Tensor<T> Full<T>(Shape shape, T value, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T> => Tensor<T>.Full(shape, value, context);

    /// <inheritdoc cref="Tensor{T}.Scalar"/>
    public static Tensor<T> Scalar<T>(T value, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T> => Tensor<T>.Scalar(value, context);

    /// <inheritdoc cref="Tensor{T}.RandomNormal"/>
    public static Tensor<T> RandomNormal<T>(
        Shape shape, RandomStream stream, double mean = 0, double deviation = 1, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T> => Tensor<T>.RandomNormal(shape, stream, mean, deviation, context);

    /// <inheritdoc cref="Tensor{T}.RandomUniform"/>
    public static Tensor<T> RandomUniform<T>(
        Shape shape, RandomStream stream, double low = 0, double high = 1, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T> => Tensor<T>.RandomUniform(shape, stream, low, high, context);
}
