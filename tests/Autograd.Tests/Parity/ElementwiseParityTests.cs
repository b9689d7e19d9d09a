using System.Numerics;

namespace DeepSharp.Autograd.Tests.Parity;

public abstract class ElementwiseParity<T>() : ParityTests<T>("elementwise")
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly string[] Broadcasts = ["equal", "channels", "channels_of_images", "channels_left", "row", "scalar", "outer"];

    private static readonly Dictionary<string, Func<Variable<T>, Variable<T>, Variable<T>>> Binary = new()
    {
        ["add"] = (left, right) => left + right,
        ["subtract"] = (left, right) => left - right,
        ["multiply"] = (left, right) => left * right,
        ["divide"] = (left, right) => left / right,
        ["maximum"] = (left, right) => left.Maximum(right),
        ["minimum"] = (left, right) => left.Minimum(right),
    };

    protected override Dictionary<string, Func<ParityCase<T>, Variable<T>>> Cases
    {
        get
        {
            Dictionary<string, Func<ParityCase<T>, Variable<T>>> cases = new()
            {
                ["negate"] = c => -c["input"],
                ["exp"] = c => c["input"].Exp(),
                ["abs"] = c => c["input"].Abs(),
                ["log"] = c => c["input"].Log(),
                ["sqrt"] = c => c["input"].Sqrt(),
                ["power_2.5"] = c => c["input"].Power(2.5),
                ["power_-1"] = c => c["input"].Power(-1),
                ["power_2"] = c => c["input"].Power(2),
                ["power_3"] = c => c["input"].Power(3),
                ["abs_at_the_kink"] = c => c["input"].Abs(),
                ["maximum_ties"] = c => c["left"].Maximum(c["right"]),
                ["minimum_ties"] = c => c["left"].Minimum(c["right"]),
            };
            foreach (var (name, apply) in Binary)
            {
                foreach (string broadcast in Broadcasts) cases.Add($"{name}_{broadcast}", c => apply(c["left"], c["right"]));
            }

            return cases;
        }
    }
}

public sealed class ElementwiseParityInFloat : ElementwiseParity<float>;

public sealed class ElementwiseParityInDouble : ElementwiseParity<double>;
