using System.Reflection;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd.Tests;

/// <summary>Tensors and variables have the same functions, with the same names, parameters, defaults and return types.</summary>
public class SurfaceTests
{
    // Layers and losses of neural networks exist only for variables.
    private static readonly HashSet<string> OnlyOfVariables =
    [
        "Conv2d", "ConvolutionBlock", "MaxPool2d", "AveragePool2d", "AdaptiveAveragePool2d", "Linear", "BatchNorm", "LocalResponseNorm",
        "Dropout", "CrossEntropy", "MeanSquaredError",
    ];

    [Fact]
    public void Tensors_and_variables_have_the_same_functions()
    {
        string[] tensors = Signatures(typeof(TensorOperations)), variables = Signatures(typeof(VariableOperations));
        Assert.Equal(tensors, variables);
        Assert.Contains("X`1[T] LeakyRelu(X`1[T] x, Double slope = 0.01)", variables);
        Assert.Contains("X`1[T] op_Addition(T x, X`1[T] y)", variables);
        Assert.Contains("X`1[T] Slice(X`1[T] x, params ReadOnlySpan`1[Range] ranges)", variables);
    }

    private static string[] Signatures(Type type) =>
    [
        .. type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(method => !OnlyOfVariables.Contains(method.Name))
            .Select(method => $"{Name(method.ReturnType)} {method.Name}({string.Join(", ", method.GetParameters().Select(Describe))})")
            .Order(StringComparer.Ordinal),
    ];

    private static string Describe(ParameterInfo parameter)
    {
        bool isParams = parameter.CustomAttributes.Any(attribute => attribute.AttributeType.Name is "ParamCollectionAttribute");
        string defaultValue = parameter.HasDefaultValue ? $" = {parameter.DefaultValue}" : "";
        return $"{(isParams ? "params " : "")}{Name(parameter.ParameterType)} {parameter.Name}{defaultValue}";
    }

    private static string Name(Type type)
    {
        string arguments = type.IsGenericType ? $"[{string.Join(", ", type.GetGenericArguments().Select(Name))}]" : "";
        return $"{(type.Name is "Tensor`1" or "Variable`1" ? "X`1" : type.Name)}{arguments}";
    }
}
