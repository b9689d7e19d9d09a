namespace DeepSharp.Vgg.Tests.Invariants;

/// <summary>Trains a model with SGD, momentum and weight decay, always on the same batch of random images.</summary>
internal sealed class TrainingLoop : IDisposable
{
    private readonly Sgd<float> sgd;

    public TrainingLoop(VggConfig config, VggOptions options, Shape images, ComputeContext context, double learningRate = 0.01)
    {
        Model = VggModel.Create<float>(config, options, seed: 1, context);
        sgd = new Sgd<float>(Model.Parameters(), learningRate, momentum: 0.9, weightDecay: 5e-4);
        Images = Tensor<float>.RandomNormal(images, new RandomStream(1, "images"), context: context);
        var labels = new RandomStream(1, "labels");
        Labels = [.. Enumerable.Range(0, images[0]).Select(image => labels.Below(options.Classes, image))];
    }

    public VggModel<float> Model { get; }

    public Tensor<float> Images { get; }

    public int[] Labels { get; }

    /// <summary>Runs one training step.</summary>
    /// <returns>The loss before the step.</returns>
    public float Step()
    {
        using var tape = new Tape<float>(Mode.Training);
        return Step(tape, Images);
    }

    /// <summary>Runs one training step on a tape and images that the caller owns.</summary>
    public float Step(Tape<float> tape, Tensor<float> images)
    {
        var loss = Model.Forward(tape.Input(images)).CrossEntropy(Labels);
        tape.Backward(loss);
        sgd.Step();
        return loss.Value.Read()[0];
    }

    /// <summary>Computes the logits in evaluation mode.</summary>
    public float[] Evaluate()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        return Model.Forward(tape.Input(Images)).Value.ToArray();
    }

    public void Dispose()
    {
        sgd.Dispose();
        Model.Dispose();
        Images.Dispose();
    }
}
