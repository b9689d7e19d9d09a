using System.ComponentModel;

namespace DeepSharp.Tensors;

/// <summary>What a tape and a backend must know about the elementwise functions.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ElementwiseFunctions
{
    extension(UnaryFunction function)
    {
        /// <summary>The name that errors and profiles show.</summary>
        public string Name => UnaryFunctions.NameOf(function);

        /// <summary>What the gradient is computed from: the input, the output, or neither.</summary>
        public BackwardReads Reads => UnaryFunctions.Of<double>(function, parameter: 1).Reads;
    }

    extension(BinaryFunction function)
    {
        /// <summary>The name that errors and profiles show.</summary>
        public string Name => BinaryFunctions.NameOf(function);

        /// <summary>What the gradient of operand 0 or 1 is computed from.</summary>
        public BackwardReads Reads(int operand) => BinaryFunctions.Of<double>(function).Reads(operand);
    }
}
