namespace DeepSharp.Vgg.Tests.Weights.Recognition;

/// <summary>
/// Recognizes the state dictionaries of many small networks: each is right without remark, right with its assumption said, or refused. A
/// network that a state dictionary cannot express may only be mistaken with a remark that says so.
/// </summary>
public class StateEnumerationTests(ITestOutputHelper output)
{
    private const int Size = 32;

    private static readonly string[] Gaps = ["", "pool", "dropout", "average", "dropout pool"];

    // The names of three convolutions and the linear layer; null for the numbers of the layers.
    private static readonly (string Name, string[]? Names)[] Namings =
    [
        ("numbers", null),
        ("words in alphabetical order", ["a", "b", "c", "d"]),
        ("words in another order", ["stem", "body", "neck", "head"]),
        ("words with numbers", ["conv1", "conv2", "conv3", "fc"]),
        ("numbers after words", ["block_1.0", "block_1.2", "block_2.0", "classifier.1"]),
    ];

    [Fact]
    public void Every_small_network_is_right_or_said_or_refused()
    {
        int silent = 0, said = 0, refused = 0, mistaken = 0;
        var networks = from padding in (int[])[0, 1]
                       from channels in (int[][])[[4, 6, 8], [4, 4, 4], [4, 4, 6]]
                       from first in Gaps
                       from second in Gaps
                       from last in (string[])["", "pool", "average"]
                       from naming in Namings
                       select (padding, channels, first, second, last, naming);
        foreach (var (padding, channels, first, second, last, naming) in networks)
        {
            string[] gaps = [first, second, last];
            var (truth, tensors) = Network(padding, channels, gaps, naming.Names);
            string name = $"{truth} with {string.Join(", ", gaps)}, names: {naming.Name}";
            Recognized found;
            try
            {
                found = PlannedState.Recognize(tensors);
            }
            catch (ArgumentException)
            {
                refused++;
                continue;
            }

            // The first remark says that poolings are assumed to be max poolings.
            Assert.Contains("max pooling", found.Assumptions[0], StringComparison.Ordinal);
            bool isRight = found.Description.Config.ToString() == truth && found.Description.Options.InputSize == Size
                && found.Keys["features.0.weight"] == tensors[0].Name;
            if (gaps.Contains("average")) isRight = false;
            bool isSaid = found.Assumptions.Count > 1;
            if (isRight && !isSaid) silent++;
            else if (isRight) said++;
            else mistaken++;
            // The first remark is the one that a network with average poolings contradicts.
            bool isAverage = gaps.Contains("average") && found.Description.Config.ToString() == truth;
            Assert.True(
                isRight || isAverage || isSaid,
                $"{name}: found {found.Description.Config} for {found.Description.Options.InputSize} pixels without a remark");
        }

        output.WriteLine(
            $"right without remark {silent}, right with its assumption said {said}, refused {refused}, "
            + $"other networks with the same file, or average poolings, both said {mistaken}");
        Assert.True(silent > 0 && said > 0);
    }

    private static (string Config, List<(string Name, IReadOnlyList<long> Shape)> Tensors) Network(
        int padding, int[] channels, string[] gaps, string[]? names)
    {
        List<string> steps = [];
        List<(string Name, IReadOnlyList<long> Shape)> tensors = [];
        int number = 0, size = Size;
        for (int i = 0; i < channels.Length; i++)
        {
            Add(names?[i] ?? $"features.{number}", [channels[i], i == 0 ? 3 : channels[i - 1], 3, 3]);
            steps.Add(padding == 1 ? $"{channels[i]}" : $"{channels[i]}:3p0");
            size += (2 * padding) - 2;
            number += 2;
            foreach (string layer in gaps[i].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                number++;
                if (layer == "dropout") continue;
                steps.Add("M");
                size /= 2;
            }
        }

        Add(names?[^1] ?? "classifier.0", [10, channels[^1] * size * size]);
        return (string.Join(',', steps), tensors);

        void Add(string name, long[] shape)
        {
            tensors.Add(($"{name}.weight", shape));
            tensors.Add(($"{name}.bias", [shape[0]]));
        }
    }
}
