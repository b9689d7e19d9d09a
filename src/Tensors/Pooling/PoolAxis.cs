namespace DeepSharp.Tensors;

/// <summary>Pooling along one axis: output o takes the inputs <see cref="Start"/>(o) to <see cref="End"/>(o) − 1.</summary>
internal readonly struct PoolAxis
{
    private readonly int stride, padding;

    private PoolAxis(int inputs, int outputs, int kernel, int stride, int padding) =>
        (Inputs, Outputs, Kernel, this.stride, this.padding) = (inputs, outputs, kernel, stride, padding);

    /// <summary>The length of the input.</summary>
    public int Inputs { get; }

    /// <summary>The length of the output.</summary>
    public int Outputs { get; }

    /// <summary>The length of the window; 0 where it varies.</summary>
    public int Kernel { get; }

    /// <summary>A window of constant length; PyTorch's output length, rounded down.</summary>
    public static PoolAxis Window(int inputs, int kernel, int stride, int padding) =>
        new(inputs, ((inputs + (2 * padding) - kernel) / stride) + 1, kernel, stride, padding);

    /// <summary>PyTorch's adaptive windows: ⌊o·inputs/outputs⌋ to ⌈(o+1)·inputs/outputs⌉, which overlap where the lengths do not divide.</summary>
    public static PoolAxis Adaptive(int inputs, int outputs) => new(inputs, outputs, 0, 0, 0);

    /// <summary>Where a window of constant length begins, negative in the padding.</summary>
    public int Origin(int output) => (output * stride) - padding;

    /// <summary>The first input of an output.</summary>
    public int Start(int output) => Kernel == 0 ? (int)((long)output * Inputs / Outputs) : Math.Max(Origin(output), 0);

    /// <summary>One behind the last input of an output.</summary>
    public int End(int output) => Kernel == 0
        ? (int)((((output + 1L) * Inputs) + Outputs - 1) / Outputs)
        : Math.Min(Origin(output) + Kernel, Inputs);
}
