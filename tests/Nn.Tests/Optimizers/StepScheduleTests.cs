namespace DeepSharp.Nn.Tests.Optimizers;

public sealed class StepScheduleTests : IDisposable
{
    private readonly Parameter<float> first = new(Tensor<float>.Zeros([1], TestContexts.Default));
    private readonly Parameter<float> second = new(Tensor<float>.Zeros([1], TestContexts.Default));

    [Fact]
    public void Multiplies_all_rates_every_step_size_epochs()
    {
        using var sgd = new Sgd<float>([new ParameterGroup<float>([first], 0.4), new ParameterGroup<float>([second], 0.1)]);
        var schedule = new StepSchedule(sgd, stepSize: 2, gamma: 0.5);
        List<double> rates = [];
        for (int epoch = 0; epoch < 6; epoch++)
        {
            rates.Add(sgd.Groups[0].LearningRate);
            schedule.Step();
        }

        Assert.Equal([0.4, 0.4, 0.2, 0.2, 0.1, 0.1], rates);
        Assert.Equal(0.0125, sgd.Groups[1].LearningRate);
    }

    [Fact]
    public void Setting_the_position_equals_stepping_there_bit_for_bit()
    {
        using Sgd<float> stepped = new([first], 0.1), set = new([second], 0.1);
        var schedule = new StepSchedule(stepped, stepSize: 3, gamma: 0.7);
        for (int epoch = 0; epoch < 20; epoch++) schedule.Step();
        _ = new StepSchedule(set, stepSize: 3, gamma: 0.7) { Position = 20 };
        Assert.Equal(stepped.Groups[0].LearningRate, set.Groups[0].LearningRate);
        Assert.NotEqual(0.1, set.Groups[0].LearningRate);
    }

    [Fact]
    public void Rejects_invalid_arguments()
    {
        using var sgd = new Sgd<float>([first], 0.1);
        Assert.Contains(
            "found 0", Assert.Throws<ArgumentOutOfRangeException>(() => new StepSchedule(sgd, 0)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "found NaN",
            Assert.Throws<ArgumentOutOfRangeException>(() => new StepSchedule(sgd, 1, double.NaN)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepSchedule(sgd, 1) { Position = -1 });
    }

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }
}
