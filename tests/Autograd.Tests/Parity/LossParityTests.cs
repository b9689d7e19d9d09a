using System.Numerics;

namespace DeepSharp.Autograd.Tests.Parity;

public abstract class LossParity<T>() : ParityTests<T>("losses")
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected override Dictionary<string, Func<ParityCase<T>, Variable<T>>> Cases { get; } = new()
    {
        ["softmax"] = c => c["input"].Softmax(),
        ["log_softmax"] = c => c["input"].LogSoftmax(),
        ["softmax_of_channels"] = c => c["input"].Softmax(axis: 1),
        ["log_softmax_of_channels"] = c => c["input"].LogSoftmax(axis: 1),
        ["cross_entropy_mean"] = c => c["input"].CrossEntropy(c.Labels("labels")),
        ["cross_entropy_mean_smoothing"] = c => c["input"].CrossEntropy(c.Labels("labels"), 0.1),
        ["cross_entropy_sum"] = c => c["input"].CrossEntropy(c.Labels("labels"), reduction: LossReduction.Sum),
        ["cross_entropy_sum_smoothing"] = c => c["input"].CrossEntropy(c.Labels("labels"), 0.1, LossReduction.Sum),
        ["mean_squared_error_mean"] = c => c["input"].MeanSquaredError(c["target"]),
        ["mean_squared_error_sum"] = c => c["input"].MeanSquaredError(c["target"], LossReduction.Sum),
    };
}

public sealed class LossParityInFloat : LossParity<float>;

public sealed class LossParityInDouble : LossParity<double>;
