using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class CrossEntropyTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        var cases = from rows in Shapes.Length
                    from classes in Gen.Choose(2, 12)
                    from labels in Gen.ArrayOf(Gen.Choose(0, classes - 1), rows)
                    from smoothing in Gen.Elements(0, 0.1, 1)
                    from reduction in Gen.Elements(LossReduction.Mean, LossReduction.Sum)
                    select (Shape: new Shape(rows, classes), labels, smoothing, reduction);
        GradientCheckProperty.Holds(
            cases,
            (sample, values) => [values.Normal(sample.Shape)],
            (sample, x) => x[0].CrossEntropy(sample.labels, sample.smoothing, sample.reduction));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Evaluation_gives_the_same_bits_without_storing_probabilities(double smoothing)
    {
        const int Rows = 500, Classes = 40;
        int[] labels = [.. Enumerable.Range(0, Rows).Select(i => i % Classes)];
        float trained = Loss(Mode.Training, out long whileTraining), evaluated = Loss(Mode.Evaluation, out long whileEvaluating);
        Assert.Equal(trained, evaluated);
        Assert.True(whileTraining >= Rows * Classes * sizeof(float), $"{whileTraining} bytes cannot hold the probabilities");
        Assert.True(whileEvaluating < Rows * Classes * sizeof(float) / 2, $"{whileEvaluating} bytes were rented");

        // Also returns the bytes that the pool allocated for the loss. They are counted when all of them have been released to the pool.
        float Loss(Mode mode, out long bytes)
        {
            using var context = new ComputeContext(new ComputeOptions { Workers = 2 });
            using var logits = Tensor<float>.RandomNormal([Rows, Classes], new RandomStream(1, "logits"), context: context);
            long before = context.Pool.BytesShelved;
            float loss;
            using (var tape = new Tape<float>(mode))
                loss = tape.Input(logits, requiresGradient: true).CrossEntropy(labels, smoothing).Value.ToScalar();
            bytes = context.Pool.BytesShelved - before;
            return loss;
        }
    }

    [Fact]
    public void Labels_may_change_after_forward()
    {
        using var tape = new Tape<double>(Mode.Training);
        var logits = tape.Input(Tensor<double>.Zeros([1, 2], TestContexts.Default), requiresGradient: true);
        int[] labels = [1];
        var loss = logits.CrossEntropy(labels);
        labels[0] = 0;
        tape.Backward(loss);
        Assert.Equal([0.5, -0.5], logits.Gradient!.ToArray());
    }

    [Fact]
    public void Invalid_shapes_labels_and_smoothing_are_errors()
    {
        using var tape = new Tape<float>(Mode.Training);
        var logits = tape.Input(Tensor<float>.Zeros([8, 10], TestContexts.Default));
        var images = tape.Input(Tensor<float>.Zeros([8, 10, 1, 1], TestContexts.Default));
        Assert.Contains(
            "logits [8, 10] need 8 labels, found 7",
            Assert.Throws<ShapeException>(() => logits.CrossEntropy(new int[7])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "[N, classes], found [8, 10, 1, 1]",
            Assert.Throws<ShapeException>(() => images.CrossEntropy(new int[8])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => logits.CrossEntropy(new int[8], labelSmoothing: 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => logits.CrossEntropy([0, 0, 0, 0, 0, 0, 0, 10]));
    }
}
