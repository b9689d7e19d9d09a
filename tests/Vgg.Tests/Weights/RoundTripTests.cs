using DeepSharp.Vgg.Tests.Parity;

namespace DeepSharp.Vgg.Tests.Weights;

/// <summary>Conversion from .pth to safetensors and back preserves every bit of every kind of network.</summary>
/// <remarks>
/// To check that PyTorch reads the files:
/// <code>
/// mkdir /tmp/round
/// DEEPSHARP_ROUND_TRIPS=/tmp/round dotnet run -c Release --project tests/Vgg.Tests -- -class "*RoundTripTests"
/// python3 tests/Fixtures/make_weights.py --verify /tmp/round
/// </code>
/// </remarks>
public sealed class RoundTripTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    public static TheoryData<string> Names => [.. ModelParityCase.All.Keys];

    public void Dispose() => temporary.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Pth_to_safetensors_to_pth_preserves_every_bit(string name)
    {
        string folder = Environment.GetEnvironmentVariable("DEEPSHARP_ROUND_TRIPS") ?? temporary.Path;
        string first = Path.Combine(folder, $"{name}.pth");
        string middle = Path.Combine(folder, $"{name}.safetensors");
        string last = Path.Combine(folder, $"{name}.back.pth");
        var parity = ModelParityCase.All[name];
        using var model = VggModel.Create<float>(parity.Narrowed(), parity.Options, seed: 0, TestContexts.Default);
        SeededState.Fill(model);
        foreach (var (index, (_, entry)) in model.State().Where(named => named.Value.IsInteger).Index()) entry.Integer = index + 1;
        model.Save(first);
        using (var loaded = VggModel.Load<float>(first, TestContexts.Default)) loaded.Save(middle);
        using var back = VggModel.Load<float>(middle, TestContexts.Default);
        back.Save(last);

        Assert.Equal(model.State().Sha256(), back.State().Sha256());
        Assert.Equal((model.Config.ToString(), model.Options), (back.Config.ToString(), back.Options));
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(last));
    }
}
