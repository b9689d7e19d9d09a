namespace DeepSharp.Vgg.Tests.Weights.Recognition;

/// <summary>Names and shapes of state dictionaries, without weights.</summary>
internal static class PlannedState
{
    /// <summary>Those of a model of ours.</summary>
    public static List<(string Name, IReadOnlyList<long> Shape)> Of(VggPlan plan)
    {
        List<(string, IReadOnlyList<long>)> tensors = [];
        foreach (var layer in plan.Layers)
        {
            switch (layer)
            {
                case Conv2dPlan convolution:
                    Add("weight", convolution.OutChannels, convolution.InChannels, convolution.KernelSize, convolution.KernelSize);
                    if (convolution.HasBias) Add("bias", convolution.OutChannels);
                    break;
                case BatchNorm2dPlan norm:
                    foreach (string name in (string[])["weight", "bias", "running_mean", "running_var"]) Add(name, norm.Channels);
                    Add("num_batches_tracked");
                    break;
                case LinearPlan linear:
                    Add("weight", linear.OutFeatures, linear.InFeatures);
                    Add("bias", linear.OutFeatures);
                    break;
            }

            void Add(string name, params long[] shape) => tensors.Add(($"{layer.Key}.{name}", shape));
        }

        return tensors;
    }

    /// <summary>With other names.</summary>
    public static IEnumerable<(string Name, IReadOnlyList<long> Shape)> Renamed(
        IEnumerable<(string Name, IReadOnlyList<long> Shape)> tensors, Func<string, string> rename) =>
        tensors.Select(tensor => (rename(tensor.Name), tensor.Shape));
}
