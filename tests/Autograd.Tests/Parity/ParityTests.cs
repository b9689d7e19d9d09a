using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd.Tests.Parity;

/// <summary>Compares the output and gradients of every case of one fixture with those of PyTorch, at every vector width.</summary>
/// <remarks>
/// The fixture stores the tolerance of each tensor in units of ε: the maximum over its elements y of (n + 4) · (|y| + Σ|∂y/∂a|·|a|),
/// where n is the largest number of elements of one argument that y depends on. This is <see cref="Tolerance.Sum{T}"/> of n terms, with
/// the effect on y of a relative change of each argument in place of the products.
/// </remarks>
/// <param name="group">The name of the fixture's file.</param>
public abstract class ParityTests<T>(string group)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Fixture fixture = Fixture.Load(group);

    /// <summary>The fixture, for data outside its cases.</summary>
    protected Fixture Recorded => fixture;

    /// <summary>The operation of each case of the fixture, by the name of the case.</summary>
    protected abstract Dictionary<string, Func<ParityCase<T>, Variable<T>>> Cases { get; }

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Output_and_gradients_equal_PyTorch(VectorWidth width) => RequireEqual(TestContexts.Of(width));

    [Fact]
    public void Every_case_of_the_fixture_is_compared()
    {
        const string End = "/output";
        var names = fixture.Names
            .Where(name => name.EndsWith(End, StringComparison.Ordinal) && !name.Contains("/bound/", StringComparison.Ordinal));
        Assert.Equal(names.Select(name => name[..^End.Length]).Order(StringComparer.Ordinal), Cases.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_gradient_that_is_off_by_a_thousandth_is_detected()
    {
        foreach (var (name, apply) in Cases)
        {
            using var parity = new ParityCase<T>(fixture, name, TestContexts.Default);
            Assert.True(
                parity.Differences(apply, upstreamFactor: 1.001).Count > 0, $"{name}: the bound is too wide to detect an error of 0.1 %.");
        }
    }

    /// <summary>Compares every case. The failure message has one line for each output or gradient that differs.</summary>
    protected void RequireEqual(ComputeContext context)
    {
        List<string> differences = [];
        foreach (var (name, apply) in Cases)
        {
            using var parity = new ParityCase<T>(fixture, name, context);
            differences.AddRange(parity.Differences(apply));
        }

        if (differences.Count > 0) Assert.Fail(string.Join(Environment.NewLine, differences));
    }
}
