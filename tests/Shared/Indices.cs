using DeepSharp.Tensors;

namespace DeepSharp.Testing;

/// <summary>Logical indices, for reference implementations that use the indexer of tensors.</summary>
public static class Indices
{
    /// <summary>All indices of a shape in logical order: the last axis varies fastest.</summary>
    public static IEnumerable<int[]> Of(Shape shape)
    {
        for (int element = 0; element < shape.ElementCount; element++) yield return At(shape, element);
    }

    /// <summary>The index of an element, given its number in logical order.</summary>
    public static int[] At(Shape shape, int element)
    {
        int[] index = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; element /= shape[axis--]) index[axis] = element % shape[axis];
        return index;
    }
}
