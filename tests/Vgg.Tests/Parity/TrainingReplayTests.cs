using System.Numerics;

namespace DeepSharp.Vgg.Tests.Parity;

/// <summary>Runs ten steps of SGD from PyTorch's initial weights on its batches. Losses and final weights must match PyTorch's.</summary>
/// <remarks>
/// Values may be off by 1e-4 in float and 1e-9 in double, relative to the largest absolute value in their tensor (at least 1).
/// This allows for rounding errors, which accumulate over ten steps. A wrong momentum rule changes the second digit of the second loss.
/// A wrong weight decay changes only the seventh digit, which is why the test also runs in double.
/// </remarks>
public class TrainingReplayTests
{
    private const int Steps = 10;
    private static readonly Fixture Recorded = Fixture.Load("training");

    public static TheoryData<string, VectorWidth, bool> Variants => new(
        from variant in new[] { "batch_norm", "nesterov" }
        from width in Enum.GetValues<VectorWidth>()
        from fuse in new[] { false, true }
        select (variant, width, fuse));

    [Theory]
    [MemberData(nameof(Variants))]
    public void Ten_steps_match_PyTorch_in_float(string variant, VectorWidth width, bool fuse) =>
        Replay<float>(variant, width, fuse, tolerance: 1e-4);

    [Theory]
    [MemberData(nameof(Variants))]
    public void Ten_steps_match_PyTorch_in_double(string variant, VectorWidth width, bool fuse) =>
        Replay<double>(variant, width, fuse, tolerance: 1e-9);

    private static void Replay<T>(string variant, VectorWidth width, bool fuse, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var context = TestContexts.Of(width);
        var model = Model<T>(variant, context);
        model.Fuse = fuse;
        foreach (var (key, value) in State(model)) value.CopyFrom(Recorded.Tensor<T>($"{variant}/initial/{key}", context));

        var sgd = new Sgd<T>(model.Parameters(), learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4, nesterov: variant == "nesterov");
        double[] losses = new double[Steps];
        for (int step = 0; step < Steps; step++)
        {
            using var images = Recorded.Tensor<T>($"batch{step}/images", context);
            using var tape = new Tape<T>(Mode.Training);
            var loss = model.Forward(tape.Input(images)).CrossEntropy(Recorded.Labels($"batch{step}/labels"));
            tape.Backward(loss);
            sgd.Step();
            losses[step] = double.CreateChecked(loss.Value.ToScalar());
        }

        AssertClose("losses", Recorded.Values($"{variant}/losses"), losses, tolerance);
        foreach (var (key, value) in State(model))
            AssertClose(key, Recorded.Values($"{variant}/final/{key}"), Array.ConvertAll(value.ToArray(), double.CreateChecked), tolerance);
        foreach (var (key, entry) in model.State().Where(named => named.Value.IsInteger))
            Assert.Equal(Recorded.Labels($"{variant}/final/{key}").Single(), entry.Integer);
    }

    private static VggModel<T> Model<T>(string variant, ComputeContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var options = variant == "batch_norm"
            ? new VggOptions { BatchNorm = true, Head = VggHead.Compact }
            : new VggOptions { Head = new VggHead { PoolSize = 2, Hidden = [24], Dropout = 0 } };
        return VggModel.Create<T>(VggConfig.Parse("8,M,16,M"), options with { Classes = 10, InputSize = 16 }, seed: 0, context);
    }

    private static IEnumerable<(string Key, Tensor<T> Value)> State<T>(VggModel<T> model)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        model.NamedParameters().Select(named => (named.Name, named.Parameter.Value)).Concat(model.NamedBuffers());

    private static void AssertClose(string name, double[] expected, double[] found, double tolerance)
    {
        double scale = Math.Max(1, expected.Max(Math.Abs));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - found[i]) <= tolerance * scale,
                $"{name}[{i}]: {found[i]:G17}, expected {expected[i]:G17}, off by {Math.Abs(expected[i] - found[i]):G3}");
        }
    }
}
