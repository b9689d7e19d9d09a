using System.Numerics;

namespace DeepSharp.Autograd.Tests.Parity;

public abstract class ReductionParity<T>() : ParityTests<T>("reductions")
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private delegate Variable<T> Reduction(Variable<T> input, ReadOnlySpan<int> axes, bool keepDims);

    private static readonly Dictionary<string, Reduction> Reductions = new()
    {
        ["sum"] = (input, axes, keepDims) => input.Sum(axes, keepDims),
        ["mean"] = (input, axes, keepDims) => input.Mean(axes, keepDims),
        ["variance"] = (input, axes, keepDims) => input.Variance(axes, unbiased: false, keepDims),
        ["variance_unbiased"] = (input, axes, keepDims) => input.Variance(axes, keepDims: keepDims),
        ["max"] = (input, axes, keepDims) => input.Max(axes, keepDims),
    };

    private static readonly Dictionary<string, int[]> Axes = new()
    {
        ["all"] = [],
        ["images"] = [0],
        ["channels"] = [1],
        ["last"] = [-1],
        ["maps"] = [2, 3],
        ["per_channel"] = [0, 2, 3],
        ["of_matrix"] = [0],
    };

    protected override Dictionary<string, Func<ParityCase<T>, Variable<T>>> Cases
    {
        get
        {
            Dictionary<string, Func<ParityCase<T>, Variable<T>>> cases = new() { ["max_ties"] = c => c["input"].Max([1]) };
            foreach (var (name, reduce) in Reductions)
            {
                foreach (var (which, axes) in Axes) cases.Add($"{name}_{which}", c => reduce(c["input"], axes, keepDims: false));
                cases.Add($"{name}_per_channel_kept", c => reduce(c["input"], [0, 2, 3], keepDims: true));
            }

            return cases;
        }
    }
}

public sealed class ReductionParityInFloat : ReductionParity<float>;

public sealed class ReductionParityInDouble : ReductionParity<double>;
