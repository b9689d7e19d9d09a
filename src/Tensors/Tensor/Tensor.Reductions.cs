namespace DeepSharp.Tensors;

public sealed partial class Tensor<T>
{
    /// <summary>The index of the largest element along an axis, for every combination of the other axes in logical row-major order.</summary>
    /// <param name="axis">The axis, −1 being the last one: the classes of logits [N, classes].</param>
    /// <returns>One index for each result; of equal elements the first wins, and NaN is larger than anything.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public int[] ArgMax(int axis = -1) => Context.Kernels.ArgMax(this, axis);
}
