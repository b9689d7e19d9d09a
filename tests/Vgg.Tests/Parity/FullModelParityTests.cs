using System.Numerics;

namespace DeepSharp.Vgg.Tests.Parity;

/// <summary>The full-size networks with images of 224×224 pixels match PyTorch within the bounds of <see cref="ModelParity"/>.</summary>
/// <remarks>
/// They run on demand, because PyTorch's results take 1.1 GB per network:
/// <code>
/// python3 tests/Fixtures/make_model_fixtures.py --full /tmp/full
/// DEEPSHARP_FULL_PARITY=/tmp/full dotnet run -c Release --project tests/Vgg.Tests -- -class "*FullModelParityTests"
/// </code>
/// </remarks>
public class FullModelParityTests
{
    private const string Variable = "DEEPSHARP_FULL_PARITY";

    [Theory]
    [InlineData("vgg11")]
    [InlineData("vgg16-bn")]
    public void Matches_PyTorch_in_float(string name) => Check<float>(name);

    [Theory]
    [InlineData("vgg11")]
    [InlineData("vgg16-bn")]
    public void Matches_PyTorch_in_double(string name) => Check<double>(name);

    private static void Check<T>(string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        string? folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Variable} does not name the folder that make_model_fixtures.py --full wrote.");
        using var file = SafeTensorsFile.Open(Path.Combine(folder!, $"{name}.safetensors"));
        using var context = new ComputeContext();
        var (config, batchNorm) = VggNames.Find(name);
        using var model = VggModel.Create<T>(config, new VggOptions { BatchNorm = batchNorm }, seed: 0, context);
        SeededState.Fill(model);
        ModelParity.Check(model, [1, 3, 224, 224], Mode.Evaluation, key =>
        {
            using var tensor = file.Read<double>(key, context);
            return tensor.ToArray();
        });
    }
}
