namespace DeepSharp.Autograd;

/// <summary>The operations as methods of variables; each lives in the file of its operation.</summary>
public static partial class VariableOperations
{
}
