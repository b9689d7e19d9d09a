using System.Numerics;

namespace DeepSharp.Autograd.Tests.Parity;

public abstract class ArrangementParity<T>() : ParityTests<T>("arrangement")
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected override Dictionary<string, Func<ParityCase<T>, Variable<T>>> Cases { get; } = new()
    {
        ["reshape"] = c => c["input"].Reshape([4, 30]),
        ["reshape_to_images"] = c => c["input"].Reshape([2, 5, 3, 4]),
        ["permute_0231"] = c => c["input"].Permute(0, 2, 3, 1),
        ["permute_3120"] = c => c["input"].Permute(3, 1, 2, 0),
        ["transpose"] = c => c["input"].Transpose(),
        ["concat_0"] = c => c["first"].Concat(0, c["second"]),
        ["concat_1"] = c => c["first"].Concat(1, c["second"]),
        ["concat_2"] = c => c["first"].Concat(2, c["second"]),
        ["concat_3"] = c => c["first"].Concat(3, c["second"]),
        ["slice_channels"] = c => c["input"].Slice(axis: 1, start: 1, length: 3),
        ["slice_columns"] = c => c["input"].Slice(axis: 3, start: 1, length: 2),
        ["pad_map"] = c => c["input"].Pad(before: [0, 0, 1, 2], after: [0, 0, 3, 1]),
    };
}

public sealed class ArrangementParityInFloat : ArrangementParity<float>;

public sealed class ArrangementParityInDouble : ArrangementParity<double>;
