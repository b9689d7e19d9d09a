using System.Numerics;

namespace DeepSharp.Vgg.Tests.Parity;

/// <summary>Whole networks match PyTorch's logits and gradients within the bounds of <see cref="ModelParity"/>.</summary>
public class ModelParityTests
{
    private static readonly Fixture Recorded = Fixture.Load("models");

    public static TheoryData<string, bool> Cases => new(
        from name in ModelParityCase.All.Keys
        from fuse in new[] { false, true }
        select (name, fuse));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Matches_PyTorch_in_float(string name, bool fuse) => Check<float>(name, fuse);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Matches_PyTorch_in_double(string name, bool fuse) => Check<double>(name, fuse);

    [Fact]
    public void There_is_a_case_for_each_fixture() =>
        Assert.Equal(Recorded.Names.Select(name => name.Split('/')[0]).Distinct().Order(), ModelParityCase.All.Keys.Order());

    [Fact]
    public void Detects_a_weight_that_is_wrong_by_1_percent()
    {
        using var model = Create<double>(ModelParityCase.All["D_bn"]);
        model.NamedParameters().First().Parameter.Value[0, 0, 0, 0] *= 1.01;
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check(model, "D_bn"));
    }

    private static void Check<T>(string name, bool fuse)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var model = Create<T>(ModelParityCase.All[name]);
        model.Fuse = fuse;
        Check(model, name);
    }

    private static VggModel<T> Create<T>(ModelParityCase parity)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var model = VggModel.Create<T>(parity.Narrowed(), parity.Options, seed: 0, TestContexts.Default);
        SeededState.Fill(model);
        return model;
    }

    private static void Check<T>(VggModel<T> model, string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var parity = ModelParityCase.All[name];
        ModelParity.Check(model, parity.Images, parity.Training ? Mode.Training : Mode.Evaluation, key => Recorded.Values($"{name}/{key}"));
    }
}
