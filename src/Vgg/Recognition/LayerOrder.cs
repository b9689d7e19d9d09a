namespace DeepSharp.Vgg;

/// <summary>Finds the order in which layers of a state dictionary are executed.</summary>
internal static class LayerOrder
{
    /// <summary>
    /// The layers in the order of the numbers in their names, if the first components of the names that differ are numbers, for instance
    /// <c>features.0</c> and <c>features.3</c> or <c>conv1</c> and <c>conv2</c>; else in the order of the file.
    /// </summary>
    /// <remarks>
    /// Dictionaries of PyTorch have the order in which a model creates its layers, which is nearly always that of their execution. Programs
    /// that sort names put <c>features.10</c> before <c>features.3</c>, so numbers come first.
    /// </remarks>
    public static List<StateLayer> Of(List<StateLayer> layers)
    {
        if (layers.Count < 2) return layers;
        int shared = 0;
        while (layers.TrueForAll(layer => layer.Parts.Count > shared && layer.Parts[shared] == layers[0].Parts[shared])) shared++;
        // Names such as block1_conv2 without the digits: they are equal if only numbers tell the layers apart.
        bool areNumbered = AreEqual(layer => string.Join('.', layer.Parts.Skip(shared)))
            || (layers.TrueForAll(layer => layer.Parts.Count > shared && layer.Parts[shared].Any(char.IsAsciiDigit))
                && AreEqual(layer => layer.Parts[shared]));
        return areNumbered ? [.. layers.OrderBy(layer => layer.SortKey, StringComparer.Ordinal)] : layers;

        bool AreEqual(Func<StateLayer, string> name) =>
            layers.Select(layer => StateLayer.WithoutNumbers(name(layer))).Distinct().Count() == 1;
    }
}
