using System.Numerics;

namespace DeepSharp.Vgg.Tests.Parity;

/// <summary>Compares the logits and gradients of a network with PyTorch's results in double.</summary>
/// <remarks>
/// Logits may be off by 1e-4 of the largest in float and 1e-10 in double. The gradient of each parameter may be off by 1e-10 of its norm in
/// double, and by 5e-3 in float, where rounding may change the sign of a ReLU's input that is almost 0.
/// </remarks>
internal static class ModelParity
{
    /// <summary>Checks the logits in evaluation mode and the gradients in a given mode.</summary>
    /// <param name="model">The network with the weights of <see cref="SeededState"/>.</param>
    /// <param name="images">The shape of the images.</param>
    /// <param name="mode">The mode in which the gradients are computed.</param>
    /// <param name="expected">Returns PyTorch's result for a key such as <c>logits</c> or <c>gradient/features.0.weight</c>.</param>
    public static void Check<T>(VggModel<T> model, Shape images, Mode mode, Func<string, double[]> expected)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool isFloat = typeof(T) == typeof(float);
        using var input = SeededState.Images<T>(images, model.Context);
        using (var evaluation = new Tape<T>(Mode.Evaluation))
        {
            double[] logits = expected("logits");
            double scale = logits.Max(Math.Abs);
            Assert.True(scale > 1e-3, $"The logits are almost 0 ({scale}), so nothing would be compared.");
            double off = Distance(logits, model.Forward(evaluation.Input(input)).Value, (sum, d) => Math.Max(sum, Math.Abs(d)));
            Assert.True(off <= (isFloat ? 1e-4 : 1e-10) * scale, $"The logits are off by {off / scale:G3} of the largest.");
        }

        using var tape = new Tape<T>(mode, recording: true);
        int[] labels = [.. Enumerable.Range(0, images[0]).Select(n => n % model.Options.Classes)];
        tape.Backward(model.Forward(tape.Input(input)).CrossEntropy(labels));
        foreach (var (key, parameter) in model.NamedParameters())
        {
            double[] gradient = expected($"gradient/{key}");
            double norm = Math.Sqrt(gradient.Sum(g => g * g));
            Assert.True(norm > 1e-9, $"The gradient of {key} is almost 0 ({norm}), so nothing would be compared.");
            double off = Math.Sqrt(Distance(gradient, parameter.Gradient!, (sum, d) => sum + (d * d)));
            Assert.True(off <= (isFloat ? 5e-3 : 1e-10) * norm, $"The gradient of {key} is off by {off / norm:G3} of its norm.");
        }
    }

    private static double Distance<T>(double[] expected, Tensor<T> found, Func<double, double, double> add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] values = found.ToArray();
        Assert.Equal(expected.Length, values.Length);
        double sum = 0;
        for (int i = 0; i < values.Length; i++) sum = add(sum, expected[i] - double.CreateChecked(values[i]));
        return double.IsNaN(sum) ? double.PositiveInfinity : sum;
    }
}
