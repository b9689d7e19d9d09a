using DeepSharp.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DeepSharp.Data.Tests;

/// <summary>Softmax regression on raw pixels. Measures how well images can be classified without recognizing shapes.</summary>
internal sealed class LinearClassifier
{
    private readonly float[][] weights;
    private readonly float[] input;
    private readonly byte[] pixels;

    private LinearClassifier(IImageDataset data)
    {
        pixels = new byte[data.Channels * data.Height * data.Width];
        // The last input is always 1: its weight is the bias.
        input = new float[pixels.Length + 1];
        input[^1] = 1;
        weights = [.. data.ClassNames.Select(_ => new float[input.Length])];
    }

    /// <summary>Trains with stochastic gradient descent and returns the accuracy on the test images.</summary>
    public static double TestAccuracy(ImageData data, int epochs, float learningRate)
    {
        var classifier = new LinearClassifier(data.Train);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            float rate = learningRate / (1 + epoch);
            foreach (int i in new RandomStream(1, "linear").At(epoch, 0).Permutation(data.Train.Count))
                classifier.Learn(data.Train, i, rate);
        }

        int correct = Enumerable.Range(0, data.Test.Count)
            .Count(i => TensorPrimitives.IndexOfMax<float>(classifier.Scores(data.Test, i)) == data.Test.Label(i));
        return correct / (double)data.Test.Count;
    }

    private void Learn(IImageDataset data, int index, float rate)
    {
        float[] probabilities = Scores(data, index);
        TensorPrimitives.SoftMax<float>(probabilities, probabilities);
        probabilities[data.Label(index)] -= 1;
        for (int k = 0; k < weights.Length; k++) TensorPrimitives.MultiplyAdd(input, -rate * probabilities[k], weights[k], weights[k]);
    }

    private float[] Scores(IImageDataset data, int index)
    {
        data.ReadPixels(index, pixels);
        for (int p = 0; p < pixels.Length; p++) input[p] = (pixels[p] / 127.5f) - 1;
        return [.. weights.Select(w => TensorPrimitives.Dot<float>(w, input))];
    }
}
