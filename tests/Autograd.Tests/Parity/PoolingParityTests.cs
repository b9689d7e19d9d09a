using System.Numerics;

namespace DeepSharp.Autograd.Tests.Parity;

public abstract class PoolingParity<T>() : ParityTests<T>("pooling")
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected override Dictionary<string, Func<ParityCase<T>, Variable<T>>> Cases { get; } = new()
    {
        ["max_2_2"] = c => c["input"].MaxPool2d(2),
        ["max_2_2_odd_map"] = c => c["input"].MaxPool2d(2),
        ["max_3_2_padding_1"] = c => c["input"].MaxPool2d(3, 2, 1),
        ["max_ties"] = c => c["input"].MaxPool2d(3, 2, 1),
        ["max_2x3_stride_1x2_padding_1x0"] = c => c["input"].MaxPool2d(new Window2d(2, 3, 1, 2, 1, 0)),
        ["average_2x3_stride_1x2_padding_1x0"] = c => c["input"].AveragePool2d(new Window2d(2, 3, 1, 2, 1, 0)),
        ["average_2_2"] = c => c["input"].AveragePool2d(2),
        ["average_3_2_padding_1_include_pad"] = c => c["input"].AveragePool2d(3, 2, 1),
        ["average_3_2_padding_1_exclude_pad"] = c => c["input"].AveragePool2d(3, 2, 1, countPadding: false),
        ["adaptive_7x7_from_14x14"] = c => c["input"].AdaptiveAveragePool2d(7, 7),
        ["adaptive_7x7_from_9x16"] = c => c["input"].AdaptiveAveragePool2d(7, 7),
        ["adaptive_7x7_from_5x4"] = c => c["input"].AdaptiveAveragePool2d(7, 7),
        ["adaptive_7x7_from_7x7"] = c => c["input"].AdaptiveAveragePool2d(7, 7),
        ["adaptive_7x7_from_1x1"] = c => c["input"].AdaptiveAveragePool2d(7, 7),
        ["adaptive_1x1"] = c => c["input"].AdaptiveAveragePool2d(1, 1),
        ["adaptive_3x2"] = c => c["input"].AdaptiveAveragePool2d(3, 2),
    };
}

public sealed class PoolingParityInFloat : PoolingParity<float>;

public sealed class PoolingParityInDouble : PoolingParity<double>;
