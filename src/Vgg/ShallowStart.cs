using System.Numerics;
using DeepSharp.Nn;

namespace DeepSharp.Vgg;

/// <summary>
/// Initializes deep networks as in the VGG paper (section 3.1): the first four convolutions and the linear layers are copied from a trained
/// network of configuration A. All other layers keep their random weights.
/// </summary>
/// <remarks>
/// The second convolution has 128 channels in A and 64 in the deeper networks. So convolutions are matched by their position, not their
/// index: the i-th convolution after the j-th pooling. A's first four become conv1_1, conv2_1, conv3_1 and conv3_2 in the usual names.
/// </remarks>
internal static class ShallowStart
{
    /// <summary>Copies each layer whose counterpart in <paramref name="deep"/> has the same names and shapes.</summary>
    /// <returns>The keys of the layers of <paramref name="deep"/> that were copied.</returns>
    public static IReadOnlyList<string> Copy<T>(VggModel<T> shallow, VggModel<T> deep, int convolutions)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        List<string> copied = [];
        var targets = Convolutions(deep).ToDictionary(found => found.Position, found => found.Index);
        foreach (var (position, index) in Convolutions(shallow).Take(convolutions))
        {
            if (!targets.TryGetValue(position, out int target)) continue;
            bool fits = Copy(shallow.Features[index], deep.Features[target], $"features.{target}");
            // A batch normalization is copied together with its convolution.
            if (fits && shallow.Options.BatchNorm && deep.Options.BatchNorm)
                Copy(shallow.Features[index + 1], deep.Features[target + 1], $"features.{target + 1}");
        }

        foreach (var (from, to) in Linears(shallow).Zip(Linears(deep)))
            Copy(shallow.Classifier[from], deep.Classifier[to], $"classifier.{to}");
        return copied;

        bool Copy(Module<T> from, Module<T> to, string key)
        {
            bool fits = TryCopy(from, to);
            if (fits) copied.Add(key);
            return fits;
        }
    }

    /// <summary>Copies the state of a module into one with the same names and shapes. Does nothing if they differ.</summary>
    /// <returns>Whether the names and shapes are the same.</returns>
    public static bool TryCopy<T>(Module<T> from, Module<T> to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (source, target) = (from.State(), to.State());
        bool fits = target.Compare(source).IsMatch;
        if (fits) target.Load(source);
        return fits;
    }

    private static IEnumerable<((int Poolings, int Number) Position, int Index)> Convolutions<T>(VggModel<T> model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int poolings = 0, number = 0;
        foreach (var (i, layer) in model.Features.Index())
        {
            if (layer is MaxPool2d<T>) (poolings, number) = (poolings + 1, 0);
            else if (layer is Conv2d<T>) yield return ((poolings, number++), i);
        }
    }

    private static IEnumerable<int> Linears<T>(VggModel<T> model)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        model.Classifier.Index().Where(layer => layer.Item is Linear<T>).Select(layer => layer.Index);
}
