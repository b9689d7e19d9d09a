using System.ComponentModel;

namespace DeepSharp.Tensors;

/// <summary>Properties of the elementwise functions that a tape and a backend need.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ElementwiseFunctions
{
    extension(UnaryFunction function)
    {
        /// <summary>The name in error messages and profiles.</summary>
        public string Name => UnaryFunctions.NameOf(function);

        /// <summary>The value that the gradient reads: the input, the output, or neither.</summary>
        public BackwardReads Reads => UnaryFunctions.Of<double>(function, parameter: 1).Reads;
    }

    extension(BinaryFunction function)
    {
        /// <summary>The name in error messages and profiles.</summary>
        public string Name => BinaryFunctions.NameOf(function);

        /// <summary>The values that the gradient of operand 0 or 1 reads.</summary>
        public BackwardReads Reads(int operand) => BinaryFunctions.Of<double>(function).Reads(operand);
    }
}
