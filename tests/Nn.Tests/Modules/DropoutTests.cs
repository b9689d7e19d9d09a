namespace DeepSharp.Nn.Tests.Modules;

public class DropoutTests
{
    [Fact]
    public void Uses_a_new_mask_in_each_training_pass_and_does_nothing_in_evaluation()
    {
        using var model = new Dropout<float>(0.5, new RandomStream(1, "dropout"));
        float[] first = Run(model, Mode.Training), second = Run(model, Mode.Training);
        Assert.NotEqual(first, second);
        Assert.Equal([0f, 2f], first.Distinct().Order());
        Assert.All(Run(model, Mode.Evaluation), value => Assert.Equal(1, value));
        Assert.Equal(2, model.Position.Value);
    }

    [Fact]
    public void Resumes_from_a_position()
    {
        using Dropout<float> model = new(0.5, new RandomStream(1, "dropout")), resumed = new(0.5, new RandomStream(1, "dropout"));
        Run(model, Mode.Training);
        using var folder = new TemporaryFolder();
        var writer = new SafeTensorsWriter();
        model.Positions().AddTo(writer);
        writer.Save(folder["checkpoint"]);
        using (var file = SafeTensorsFile.Open(folder["checkpoint"])) resumed.Positions().Load(StateDict.Of(file));
        Assert.Equal(Run(model, Mode.Training), Run(resumed, Mode.Training));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Rejects_invalid_rates(double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout<float>(rate, new RandomStream(1, "dropout")));

    private static float[] Run(Dropout<float> model, Mode mode)
    {
        using var x = Tensor<float>.Ones([10, 20], TestContexts.Default);
        using var tape = new Tape<float>(mode);
        return model.Forward(tape.Input(x)).Value.ToArray();
    }
}
