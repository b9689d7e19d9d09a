using System.Numerics;
using DeepSharp.Nn.Tests.Training;

namespace DeepSharp.Nn.Tests.Optimizers;

/// <summary>Custom optimizers and schedules written with the public API, in training runs that are stopped and resumed.</summary>
public class CustomOptimizerTests
{
    private static readonly TrainingOptions<float> Options = new(SmallTraining.Options)
    {
        Optimizer = model => new SignSgd<float>(model.Parameters(), learningRate: 1e-3),
        Schedule = optimizer => new Cosine(optimizer, epochs: 3),
    };

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 1)]
    public void A_stopped_training_run_resumes_bit_for_bit(int epoch, int step)
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        var straight = SmallTraining.Run(Options);
        Assert.Throws<OperationCanceledException>(() => SmallTraining.Run(
            Options,
            folder.Path,
            cancellationToken: stop.Token,
            watch: report =>
            {
                if ((report.Epoch, report.Step) == (epoch, step)) stop.Cancel();
            }));
        using (var file = WeightsFile.Open(folder[TrainingCheckpoint.FileName]))
        {
            Assert.Equal(((epoch - 1) * SmallTraining.Steps) + step, file.ReadInteger("training.optimizer.steps"));
            Assert.Equal(epoch - 1, file.ReadInteger("training.schedule.position"));
            Assert.Equal([6, 3, 3, 3], file.Tensors["training.optimizer.average.0.weight"].Shape);
        }

        var resumed = SmallTraining.Resume(folder.Path, Options);
        Assert.Equal(straight.WeightsSha256, resumed.WeightsSha256);
        Assert.Equal(straight.Epochs.Select(SmallTraining.Untimed), resumed.Epochs.Select(SmallTraining.Untimed));
        Assert.NotEqual(SmallTraining.Run().WeightsSha256, straight.WeightsSha256);
        Assert.Equal([1, 0.75, 0.25], resumed.Epochs.Select(result => Math.Round(result.LearningRate / 1e-3, 12)));
    }

    [Fact]
    public void A_checkpoint_of_another_model_is_rejected()
    {
        using TemporaryFolder folder = new();
        SmallTraining.Run(Options with { Epochs = 1 }, folder.Path);
        using var checkpoint = TrainingCheckpoint.Open(folder.Path);
        using var model = new Sequential<float>(new Flatten<float>(), SmallTraining.Linear("1", 3 * 32 * 32, 10));
        using var trainer = new Trainer<float>(model, SmallTraining.Data, Options);
        Assert.StartsWith(
            folder.Path, Assert.Throws<InvalidDataException>(() => trainer.Restore(checkpoint)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_another_optimizer_and_schedule_is_rejected()
    {
        using TemporaryFolder folder = new();
        SmallTraining.Run(Options with { Epochs = 1 }, folder.Path);
        string message = Assert.Throws<ArgumentException>(() => SmallTraining.Resume(folder.Path, SmallTraining.Options)).Message;
        Assert.Contains(
            "the checkpoint uses SignSgd with Cosine, this training run uses Sgd with StepSchedule.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schedule_applies_from_the_first_epoch()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        var options = Options with { Schedule = optimizer => new WarmUp(optimizer) };
        var straight = SmallTraining.Run(options);
        Assert.Equal([0.25, 0.5, 0.75], straight.Epochs.Select(result => Math.Round(result.LearningRate / 1e-3, 12)));
        Assert.Throws<OperationCanceledException>(
            () => SmallTraining.Run(options, folder.Path, cancellationToken: stop.Token, watch: _ => stop.Cancel()));
        Assert.Equal(straight.WeightsSha256, SmallTraining.Resume(folder.Path, options).WeightsSha256);
    }

    [Fact]
    public void Loading_replaces_the_whole_state()
    {
        using var model = SmallTraining.Model();
        using var fresh = new SignSgd<float>(model.Parameters(), 1e-3);
        var before = new StateDict();
        before.Add("steps", new StateInteger());
        using (var tape = new Tape<float>(Mode.Training))
        {
            var images = Tensor<float>.RandomNormal([8, 3, 32, 32], new RandomStream(1, "images"), context: TestContexts.Default);
            tape.Backward(model.Forward(tape.Input(images)).CrossEntropy([0, 1, 2, 3, 4, 5, 6, 7]));
        }

        fresh.Step();
        Assert.True(fresh.State(model).Count > 1);
        fresh.Load(before, model);
        Assert.Equal((0, 1), (fresh.Steps, fresh.State(model).Count));
    }

    // Signum (Bernstein et al., arXiv 1802.04434): the sign of a running average of the gradient.
    private sealed class SignSgd<T>(IEnumerable<Parameter<T>> parameters, double learningRate)
        : Optimizer<T>([new(parameters, learningRate)])
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private static readonly T Momentum = T.CreateChecked(0.9);

        protected override void Update(Parameter<T> parameter, ParameterGroup<T> group)
        {
            Span<T> average = Slot(parameter, "average", out _).Write();
            Span<T> weights = parameter.Value.Write();
            ReadOnlySpan<T> gradient = parameter.Gradient!.Read();
            T rate = T.CreateChecked(group.LearningRate);
            for (int i = 0; i < weights.Length; i++)
            {
                average[i] = (Momentum * average[i]) + ((T.One - Momentum) * gradient[i]);
                weights[i] -= rate * T.CreateChecked(T.Sign(average[i]));
            }
        }
    }

    private sealed class WarmUp(Optimizer optimizer) : LearningRateSchedule(optimizer)
    {
        protected override double Rate(double initialRate, int position) => initialRate * (position + 1) / 4;
    }

    private sealed class Cosine(Optimizer optimizer, int epochs) : LearningRateSchedule(optimizer)
    {
        protected override double Rate(double initialRate, int position) => initialRate * (1 + Math.Cos(Math.PI * position / epochs)) / 2;
    }
}
