namespace DeepSharp.Nn.Tests.Training;

public class EvaluationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    [InlineData(100)]
    public void Counts_correct_answers_in_batches_of_any_size(int batchSize)
    {
        // Image i has class i mod 10, so a model that always answers 3 is correct for one image in ten.
        List<int> done = [];
        var result = new Always(3).Evaluate(
            SmallTraining.Data.Test, new EvaluationOptions<float> { BatchSize = batchSize, Progress = new Watch<int>(done.Add) });
        Assert.Equal((4, 40, 0.1), (result.Correct, result.Total, result.Accuracy));
        // One score is 2 and nine are 0. The loss is log(e² + 9), minus 2 for a correct answer; one answer in ten is correct.
        Assert.Equal(Math.Log(Math.Exp(2) + 9) - 0.2, result.Loss, 1e-6);
        Assert.Equal(Enumerable.Range(1, (40 + batchSize - 1) / batchSize).Select(batch => Math.Min(40, batch * batchSize)), done);
    }

    [Fact]
    public void Can_be_canceled_and_leaves_the_model_unchanged()
    {
        using var model = SmallTraining.Model();
        string before = model.State().Sha256();
        using CancellationTokenSource stop = new();
        Assert.Throws<OperationCanceledException>(() => model.Evaluate(
            SmallTraining.Data.Test,
            new EvaluationOptions<float> { BatchSize = 10, Progress = new Watch<int>(_ => stop.Cancel()) },
            stop.Token));
        model.Evaluate(SmallTraining.Data.Test);
        Assert.Equal(before, model.State().Sha256());
    }

    private sealed class Always(int answer) : Module<float>
    {
        public override Variable<float> Forward(Variable<float> x)
        {
            var scores = Tensor<float>.Zeros([x.Shape[0], 10], x.Value.Context);
            for (int n = 0; n < x.Shape[0]; n++) scores[n, answer] = 2;
            return x.Tape.Input(scores);
        }
    }
}
