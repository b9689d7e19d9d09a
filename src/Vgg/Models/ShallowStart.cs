using System.Numerics;

namespace DeepSharp.Vgg;

/// <summary>
/// The paper's way to start deep nets (section 3.1): their first four convolutions and their linear layers are those of a trained net A, the layers between
/// are random.
/// </summary>
/// <remarks>
/// The second convolution of A has 128 channels, that of the deeper nets 64. So layers are matched by their place: the i-th convolution after the j-th
/// pooling, which makes A's first four conv1-1, conv2-1, conv3-1 and conv3-2 of table 1.
/// </remarks>
internal static class ShallowStart
{
    /// <summary>Copies what fits.</summary>
    /// <returns>The keys of the layers of <paramref name="deep"/> that were copied.</returns>
    public static IReadOnlyList<string> Copy<T>(VggModel<T> shallow, VggModel<T> deep, int convolutions)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        List<string> copied = [];
        var targets = Convolutions(deep.Plan).ToDictionary(found => found.Place, found => found.Index);
        foreach (var (place, index) in Convolutions(shallow.Plan).Take(convolutions))
        {
            if (!targets.TryGetValue(place, out int target)) continue;
            bool fits = Copy(shallow.Features[index], deep.Features[target], $"features.{target}");
            // A batch normalization belongs to its convolution.
            if (fits && shallow.Plan.Options.BatchNorm && deep.Plan.Options.BatchNorm)
                Copy(shallow.Features[index + 1], deep.Features[target + 1], $"features.{target + 1}");
        }

        foreach (var (from, to) in Linears(shallow).Zip(Linears(deep))) Copy(shallow.Classifier[from], deep.Classifier[to], $"classifier.{to}");
        return copied;

        bool Copy(Module<T> from, Module<T> to, string key)
        {
            bool fits = TryCopy(from, to);
            if (fits) copied.Add(key);
            return fits;
        }
    }

    /// <summary>Copies the state of a module into one that has the same names and shapes; does nothing where they differ.</summary>
    public static bool TryCopy<T>(Module<T> from, Module<T> to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (source, target) = (ModelState.Of(from), ModelState.Of(to));
        bool fits = source.Count == target.Count
            && target.All(entry => source.TryGetValue(entry.Key, out var same) && same.Tensor?.Shape == entry.Value.Tensor?.Shape);
        if (!fits) return false;
        foreach (var (name, (tensor, counter)) in target)
        {
            if (tensor is not null) tensor.CopyFrom(source[name].Tensor!);
            else counter!.Value = source[name].Counter!.Value;
        }

        return true;
    }

    private static IEnumerable<((int Poolings, int Number) Place, int Index)> Convolutions(VggPlan plan)
    {
        int poolings = 0, number = 0;
        for (int i = 0; i < plan.Features.Count; i++)
        {
            if (plan.Features[i] is MaxPool2dPlan) (poolings, number) = (poolings + 1, 0);
            else if (plan.Features[i] is Conv2dPlan) yield return ((poolings, number++), i);
        }
    }

    private static IEnumerable<int> Linears<T>(VggModel<T> model)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Enumerable.Range(0, model.Classifier.Count).Where(i => model.Classifier[i] is Linear<T>);
}
