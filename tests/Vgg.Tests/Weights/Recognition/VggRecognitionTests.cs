using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Vgg.Tests.Weights.Recognition;

/// <summary>Models are recognized by the names and shapes of their tensors alone.</summary>
public class VggRecognitionTests
{
    private static readonly VggHead[] Heads =
    [
        VggHead.ImageNet, VggHead.Compact,
        new() { PoolSize = 1, Hidden = [512, 512], DropoutFirst = true },
        new() { PoolSize = 2, Hidden = [64], Dropout = 0 },
    ];

    public static TheoryData<string> Names => [.. VggNames.All.Where(name => !name.Contains("padded", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Recognizes_known_configurations_with_every_head(string name)
    {
        var (config, _) = VggNames.Find(name);
        // With a head for maps of 7×7, the small network for 32×32 pixels would have fewer poolings.
        foreach (var head in Heads.Where(head => head != VggHead.ImageNet || !name.StartsWith(VggNames.Small, StringComparison.Ordinal)))
        {
            foreach (var (batchNorm, bias) in new[] { (false, true), (true, true), (true, false), (false, false) })
            {
                var options =
                    new VggOptions { BatchNorm = batchNorm, ConvolutionBias = bias, Classes = 10, Head = head, InputChannels = 1 };
                RequireRecognized(new VggDescription(config, options));
            }
        }
    }

    [Fact]
    public void Recognizes_known_configurations_with_other_widths()
    {
        string narrow = Regex.Replace(VggConfig.E.ToString(), "[0-9]+", channels => $"{int.Parse(channels.Value, null) / 16}");
        var options = new VggOptions { Classes = 7, Head = VggHead.Compact };
        RequireRecognized(new VggDescription(VggConfig.Parse(narrow), options));
    }

    [RepeatableProperty(MaxTest = 200)]
    public Property Recognizes_random_configurations()
    {
        // Rows of one to three convolutions. Each row ends with a pooling.
        var widths = Gen.Choose(1, 20).NonEmptyListOf().Resize(3);
        var cases =
            from rows in widths.Select(row => string.Join(',', row.Take(3)) + ",M").NonEmptyListOf().Resize(4)
            from hidden in Gen.Choose(1, 20).ListOf().Resize(3)
            from dropout in Gen.Elements((0.5, false), (0.5, true), (0.0, false))
            from numbers in Gen.Choose(1, 20).Two()
            from flags in Gen.Elements(true, false).Two()
            let head = new VggHead
            {
                PoolSize = 32 >> rows.Take(5).Count(),
                Hidden = [.. hidden.Take(3)],
                Dropout = hidden.Count == 0 ? 0.5 : dropout.Item1,
                DropoutFirst = hidden.Count > 0 && dropout.Item2,
            }
            let options = new VggOptions
            {
                BatchNorm = flags.Item1,
                ConvolutionBias = flags.Item2,
                Classes = numbers.Item1,
                InputChannels = numbers.Item2,
                Head = head,
                InputSize = 256,
            }
            select (Config: string.Join(',', rows.Take(5)), Options: options);
        return Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var plan = new VggDescription(VggConfig.Parse(one.Config), one.Options);
            // The names are ambiguous for three or more convolutions without a pooling between them.
            bool isUnique = one.Config.Count(letter => letter == 'M') > 1 || plan.Config.Steps.Count <= 3;
            var tensors = PlannedState.Of(plan);
            if (isUnique) RequireRecognized(plan);
            foreach (var foreign in (IEnumerable<(string, IReadOnlyList<long>)>[])[Blocks(plan, tensors), FullyConnected(plan, tensors)])
            {
                if (isUnique) RequireSame(plan, PlannedState.Recognize(foreign));
                else RequireSame(plan, PlannedState.Recognize(foreign, plan.Config));
            }
        });
    }

    [Fact]
    public void Accepts_any_prefix_and_any_order()
    {
        var plan = new VggDescription(VggConfig.A, new VggOptions { BatchNorm = true });
        var tensors = PlannedState.Of(plan);
        foreach (string prefix in (string[])["module.", "model.net.", "1.module."])
        {
            var renamed = PlannedState.Renamed(tensors, name => prefix + name).OrderBy(tensor => tensor.Name, StringComparer.Ordinal);
            var recognition = PlannedState.Recognize(renamed);
            RequireSame(plan, recognition);
            Assert.All(recognition.Keys, key => Assert.Equal(prefix + key.Key, key.Value));
        }
    }

    [Fact]
    public void Recognizes_a_configuration_by_its_channels_when_names_have_no_layer_numbers()
    {
        // The names are conv1_1 to conv5_3, bn1_1 to bn5_3 and fc6 to fc8.
        var plan = new VggDescription(VggConfig.D, new VggOptions { BatchNorm = true });
        Dictionary<string, string> paths = [];
        var (block, convolution, linear) = (1, 0, 6);
        using var model = plan.CreateModel<float>();
        foreach (var (key, layer) in model.NamedModules())
        {
            if (layer is MaxPool2d<float>) (block, convolution) = (block + 1, 0);
            if (layer is Conv2d<float>) paths[key] = $"conv{block}_{++convolution}";
            if (layer is BatchNorm2d<float>) paths[key] = $"bn{block}_{convolution}";
            if (layer is Linear<float>) paths[key] = $"fc{linear++}";
        }

        RequireSame(plan, PlannedState.Recognize(PlannedState.Renamed(
            PlannedState.Of(plan), name => paths[name[..name.LastIndexOf('.')]] + name[name.LastIndexOf('.')..])));
    }

    [Fact]
    public void Recognizes_dropouts_between_convolutions()
    {
        // There is a dropout after every ReLU that no pooling follows. Each dropout takes a layer number.
        var plan = new VggDescription(VggConfig.D, new VggOptions { BatchNorm = true, Head = VggHead.Compact });
        Dictionary<string, int> numbers = [];
        int number = 0;
        using var model = plan.CreateModel<float>();
        for (int i = 0; i < model.Features.Count; i++)
        {
            numbers[$"features.{i}"] = number++;
            if (model.Features[i] is Relu<float> && model.Features[i + 1] is not MaxPool2d<float>) number++;
        }

        RequireSame(plan, PlannedState.Recognize(PlannedState.Renamed(PlannedState.Of(plan), name =>
        {
            int dot = name.LastIndexOf('.');
            return numbers.TryGetValue(name[..dot], out int other) ? $"features.{other}{name[dot..]}" : name;
        })));
    }

    [Fact]
    public void Accepts_old_files_without_num_batches_tracked()
    {
        var plan = new VggDescription(VggConfig.A, new VggOptions { BatchNorm = true });
        var recognition = PlannedState.Recognize(
            PlannedState.Of(plan).Where(tensor => !tensor.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal)));
        RequireSame(plan, recognition);
        Assert.DoesNotContain("features.1.num_batches_tracked", recognition.Keys);
        Assert.Equal(8, recognition.MissingIntegers.Count);
        Assert.Contains("features.1.num_batches_tracked", recognition.MissingIntegers);
    }

    [Theory]
    [InlineData("4,8,8,8,8", "do not tell which poolings lie between the convolutions 4,8,8,8,8; give --config")]
    [InlineData(
        "4,M,4,M,4,M,4,M,4,M,4,M,4,M,4,M",
        "do not tell which poolings lie between the convolutions 4,4,4,4,4,4,4,4; give --config")]
    [InlineData("4,LRN,M,8,M", "do not tell which poolings lie between the convolutions 4,8; give --config")]
    public void Asks_for_the_configuration_when_poolings_are_ambiguous(string config, string expected)
    {
        var plan = new VggDescription(VggConfig.Parse(config), new VggOptions { Head = VggHead.Compact, InputSize = 256 });
        var tensors = PlannedState.Of(plan);
        var error = Assert.Throws<ArgumentException>(() => PlannedState.Recognize(tensors));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        RequireSame(plan, PlannedState.Recognize(tensors, plan.Config));
    }

    [Theory]
    [InlineData("4,M,8")]
    [InlineData("5,M,7,M,9,M,11")]
    [InlineData("4,M,6,M,8,8,M,10,10,M,10,10")]
    public void Reports_an_assumed_pooling(string config)
    {
        var plan = new VggDescription(VggConfig.Parse(config), new VggOptions { Head = VggHead.Compact });
        var tensors = PlannedState.Of(plan);
        var recognition = PlannedState.Recognize(tensors);
        Assert.Equal(config + ",M", recognition.Description.Config.ToString());
        Assert.Contains($"--config {config} ", recognition.Assumptions[1], StringComparison.Ordinal);
        RequireSame(plan, PlannedState.Recognize(tensors, plan.Config));
    }

    [Fact]
    public void Refuses_a_configuration_with_other_convolutions()
    {
        var tensors = PlannedState.Of(new VggDescription(VggConfig.A, new VggOptions()));
        var error = Assert.Throws<ArgumentException>(() => PlannedState.Recognize(tensors, VggConfig.Parse("64,M,128:1")));
        Assert.Equal(
            "the convolutions (channels:kernel) are 64:3,128:3,256:3,256:3,512:3,512:3,512:3,512:3, "
                + "those of the configuration 64,M,128:1 are 64:3,128:1. (Parameter 'config')",
            error.Message);
    }

    [Theory]
    [InlineData("a.weight 4,3,3,3", "there is no linear layer")]
    [InlineData("b.weight 10,4", "there is no convolution")]
    [InlineData("", "there is no convolution")]
    [InlineData("a.weight 4,3,3,5; b.weight 10,4", "[4, 3, 3, 5] is not the weight of a convolution")]
    [InlineData(
        "a.weight 4,3,3,3; b.weight 10,5; b.bias 10",
        "expected a linear layer that reads 4 channels of a square map, found b for 5 elements")]
    [InlineData(
        "a.weight 4,3,3,3; b.weight 10,4; b.bias 10; c.weight 3,11; c.bias 3",
        "the linear layer c reads 11 elements, but no layer before it outputs as many")]
    [InlineData(
        "a.weight 4,3,3,3; c.weight 8,5,3,3; b.weight 10,8; b.bias 10",
        "the convolution c reads 5 channels, but a before it outputs 4")]
    [InlineData("a.weight 4,3,3,3; a.bias 4; c.weight 8,4,3,3; b.weight 10,8; b.bias 10", "one has a bias")]
    [InlineData("a.weight 4,3,3,3; b.weight 10,4; b.bias 10; n.running_mean 4; n.running_var 4", "the layer \"n\" has no weight, no bias")]
    [InlineData(
        "a.weight 4,3,3,3; b.weight 10,4; b.bias 10; n.running_mean 5; n.running_var 5; n.weight 5; n.bias 5",
        "for each of the 1 convolutions or none")]
    [InlineData("a.weight 4,3,3,3; a.scale 4", "\"a.scale\" belongs to no layer of a VGG network")]
    [InlineData(
        "f.0.weight 4,3,3,3; f.3.weight 8,4,3,3; f.2.weight 4; f.2.bias 4; f.2.running_mean 4; f.2.running_var 4; "
            + "f.5.weight 8; f.5.bias 8; f.5.running_mean 8; f.5.running_var 8; b.weight 10,8; b.bias 10",
        "the batch normalization f.2 does not follow the convolution f.0")]
    public void Refuses_other_networks(string tensors, string expected)
    {
        var listed = tensors.Split("; ", StringSplitOptions.RemoveEmptyEntries).Select(tensor => tensor.Split(' '))
            .Select(parts => (parts[0], (IReadOnlyList<long>)[.. parts[1].Split(',').Select(long.Parse)]));
        var error = Assert.Throws<InvalidDataException>(() => PlannedState.Recognize(listed));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static void RequireRecognized(VggDescription plan)
    {
        var recognition = PlannedState.Recognize(PlannedState.Of(plan));
        RequireSame(plan, recognition);
        Assert.All(recognition.Keys, key => Assert.Equal(key.Key, key.Value));
        Assert.Contains("max pooling", recognition.Assumptions[0], StringComparison.Ordinal);
        bool hasLrn = plan.Config.Steps.Contains(VggStep.LocalResponseNorm);
        Assert.Equal(hasLrn, recognition.Assumptions.Any(text => text.Contains("response normalization", StringComparison.Ordinal)));
    }

    // Foreign names do not reveal the dropouts. Names and shapes never reveal the size of the images.
    private static void RequireSame(VggDescription expected, Recognized found)
    {
        Assert.Equal(expected.Config.ToString(), found.Description.Config.ToString());
        bool sameNames = found.Keys.All(key => key.Value.EndsWith(key.Key, StringComparison.Ordinal));
        Assert.Equal(Comparable(expected.Options), Comparable(found.Description.Options));
        Assert.Equal(
            PlannedState.Of(expected).Select(tensor => string.Join(',', tensor.Shape)),
            PlannedState.Of(found.Description).Select(tensor => string.Join(',', tensor.Shape)));

        VggOptions Comparable(VggOptions options) =>
            options with { InputSize = 1, Head = sameNames ? options.Head : options.Head with { Dropout = 0, DropoutFirst = false } };
    }

    // Names: feature_extractor.N.layer.0 and .1 for a block N of convolution and batch normalization. A pooling also takes a number N.
    private static IEnumerable<(string, IReadOnlyList<long>)> Blocks(
        VggDescription plan, IEnumerable<(string Name, IReadOnlyList<long> Shape)> tensors)
    {
        Dictionary<string, string> paths = [];
        int block = -1;
        using var model = plan.CreateModel<float>();
        foreach (var (i, layer) in model.Features.Index())
        {
            if (layer is Conv2d<float> or MaxPool2d<float>) block++;
            paths[$"features.{i}"] = $"feature_extractor.{block}.layer.{(layer is Conv2d<float> ? 0 : 1)}";
        }

        return PlannedState.Renamed(tensors, name =>
        {
            int dot = name.LastIndexOf('.');
            return paths.TryGetValue(name[..dot], out string? path) ? path + name[dot..] : name;
        });
    }

    // Names: module.features.N, module.fc.N for the hidden layers, and module.classifier without a number for the last layer.
    private static IEnumerable<(string, IReadOnlyList<long>)> FullyConnected(
        VggDescription plan, IEnumerable<(string Name, IReadOnlyList<long> Shape)> tensors)
    {
        using var model = plan.CreateModel<float>();
        string last = $"classifier.{model.Classifier.Count - 1}";
        return PlannedState.Renamed(tensors, name => "module." + (name.StartsWith(last + ".", StringComparison.Ordinal)
            ? "classifier" + name[last.Length..] : name.Replace("classifier.", "fc.", StringComparison.Ordinal)))
            .OrderBy(tensor => tensor.Name, StringComparer.Ordinal);
    }
}
