namespace DeepSharp.Vgg.Tests.Onnx;

/// <summary>
/// A random small graph: a VGG network in the words of some exporter, or, with a few nodes changed, a network that only resembles one.
/// </summary>
internal sealed class RandomGraph
{
    private readonly Random random;
    private readonly OnnxModelFile file = new();
    private readonly double oddity;
    private string last;
    private long channels, height, width;
    private bool isChannelsLast;

    /// <summary>Draws a graph.</summary>
    /// <param name="random">The random numbers.</param>
    /// <param name="oddity">The probability of each change that may make it another network than VGG.</param>
    public RandomGraph(Random random, double oddity)
    {
        (this.random, this.oddity) = (random, oddity);
        file.OperatorSet = Pick(11, 13, 17, 18);
        channels = Channels = Pick(1, 3);
        height = width = Size = Pick(6, 8, 11, 12);
        FixedImages = Chance(0.3) ? 2 : null;
        object images = FixedImages ?? (object)"N";
        bool startsChannelsLast = IsChannelsLastInput = Chance(0.2);
        last = file.Input("input", startsChannelsLast ? [images, Size, Size, Channels] : [images, Channels, Size, Size]);
        if (startsChannelsLast) Add("Transpose", ("perm", new long[] { 0, 3, 1, 2 }));
        if (Odd()) Start();
        Features();
        Pool();
        Head();
        if (Chance(0.2)) Final = Add(Pick("Softmax", "LogSoftmax"), Attributes(Chance(0.5), "axis", 1)).Split('_')[0];
        if (Odd()) End();
        file.Output(last, Chance(0.5) ? [] : [images, "classes"]);
        if (Odd()) file.Output(Value("Identity", file.Node("Relu", [last])), []);
    }

    /// <summary>Whether the graph is a VGG network in other words.</summary>
    public bool IsVgg { get; private set; } = true;

    /// <summary>The number of channels of the images.</summary>
    public int Channels { get; }

    /// <summary>Height and width of the images.</summary>
    public int Size { get; }

    /// <summary>The number of images if the graph fixes it.</summary>
    public int? FixedImages { get; }

    /// <summary>Whether the images are [N, H, W, C].</summary>
    public bool IsChannelsLastInput { get; }

    /// <summary>The last operator if it makes probabilities: Softmax or LogSoftmax.</summary>
    public string Final { get; private set; } = "";

    /// <summary>The nodes.</summary>
    public string Text => $"operator set {file.OperatorSet}: {file.Text}";

    /// <summary>Writes the graph to a file.</summary>
    public void Save(string path) => file.Save(path);

    private void Features()
    {
        bool hasNorm = Chance(0.3);
        int convolutions = Pick(1, 2, 3);
        long size = Pick(3, 4, 5);
        for (int i = 0; i < convolutions; i++)
        {
            Convolution();
            if (hasNorm && !Odd()) Norm();
            if (Odd()) Between();
            bool poolsFirst = Chance(0.2) && height > 3;
            if (poolsFirst) MaxPool();
            if (!Odd()) Add("Relu");
            if (Odd()) Between();
            if (Chance(0.1)) Add("Relu");
            if (Chance(0.1)) Add("Identity");
            if (Chance(0.2)) Dropout();
            if (Chance(0.15)) Add("LRN", ("size", size), ("alpha", 0.5f), ("beta", 0.75f), ("bias", 2f));
            if (Chance(0.5) && !poolsFirst && height > 3) MaxPool();
        }
    }

    private void Convolution()
    {
        long kernel = Pick(1, 3, 3), outputs = Pick(2, 3, 4), padding = kernel / 2;
        List<(string, object)> attributes = [];
        if (Chance(0.5)) attributes.Add(("kernel_shape", new[] { kernel, kernel }));
        switch (Pick(0, 1, 2, 3, 4))
        {
            case 0: attributes.Add(("auto_pad", Pick("SAME_UPPER", "SAME_LOWER"))); break;
            case 1:
                attributes.Add(("auto_pad", "VALID"));
                padding = 0;
                break;
            case 2:
                Pad([0, 0, padding, padding, 0, 0, padding, padding]);
                break;
            default:
                long end = padding;
                if (Odd()) end++;
                attributes.Add(("pads", new[] { padding, padding, end, end }));
                height += end - padding;
                width += end - padding;
                break;
        }

        if (Odd()) attributes.Add(("strides", new long[] { 2, 2 }));
        if (Odd()) attributes.Add(("dilations", new long[] { 2, 2 }));
        if (Odd()) Pad([0, 0, 0, 1, 0, 0, 0, 0]);
        string weight = Weight(outputs, channels, kernel, kernel);
        int bias = Pick(0, 1, 2);
        last = file.Node("Conv", bias == 0 ? [last, weight, Weight(outputs)] : [last, weight], [.. attributes]);
        if (bias == 1) last = file.Node("Add", Order(last, Weight(Chance(0.5) ? [1, outputs, 1, 1] : [outputs, 1, 1])));
        channels = outputs;
        height += (2 * padding) - kernel + 1;
        width += (2 * padding) - kernel + 1;
    }

    private void Norm() => last = file.Node(
        "BatchNormalization",
        [last, Weight(channels), Weight(channels), Weight(channels), Positive(channels)],
        Attributes(Chance(0.8), "epsilon", Odd() ? 1e-3f : 1e-5f));

    private void MaxPool()
    {
        List<(string, object)> attributes = [("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 })];
        bool isEven = height % 2 == 0 && width % 2 == 0;
        // These change nothing for maps with even numbers of rows and columns.
        if (isEven || Odd())
        {
            if (Chance(0.2)) attributes.Add(("auto_pad", Pick("SAME_UPPER", "SAME_LOWER")));
            else if (Chance(0.2)) attributes.Add(("ceil_mode", 1L));
            else if (Chance(0.2)) attributes.Add(("pads", new long[] { 0, 0, 1, 1 }));
        }

        if (Odd()) attributes[0] = ("kernel_shape", new long[] { 3, 3 });
        if (Odd()) attributes[1] = ("strides", new long[] { 1, 1 });
        Add(Odd() ? "AveragePool" : "MaxPool", [.. attributes]);
        (height, width) = (height / 2, width / 2);
    }

    // From maps to rows.
    private void Pool()
    {
        if (Odd()) Between();
        switch (Pick(0, 1, 2, 3, 4))
        {
            case 0:
                Add("GlobalAveragePool");
                (height, width) = (1, 1);
                break;
            case 1:
                bool keeps = Chance(0.5);
                if (Chance(0.3)) Add("Transpose", ("perm", new long[] { 0, 2, 3, 1 }));
                bool isTransposed = last.StartsWith("Transpose", StringComparison.Ordinal);
                long[] axes = isTransposed ? [1, 2] : Chance(0.5) ? [2, 3] : [-1, -2];
                if (Odd()) axes = [axes[0]];
                if (file.OperatorSet >= 18) Add("ReduceMean", [file.Integers(axes)], ("keepdims", keeps ? 1L : 0L));
                else Add("ReduceMean", ("axes", axes), ("keepdims", keeps ? 1L : 0L));
                (height, width) = (1, 1);
                if (!keeps) return;
                isChannelsLast = isTransposed;
                break;
            case 2 when height > 1 && height % 2 == 0 && height == width:
                long kernel = Pick(2, height);
                Add("AveragePool", ("kernel_shape", new[] { kernel, kernel }), ("strides", new[] { kernel, kernel }));
                (height, width) = (height / kernel, width / kernel);
                break;
            case 3 when Odd():
                Add("AveragePool", ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }), ("ceil_mode", 1L));
                (height, width) = ((height + 1) / 2, (width + 1) / 2);
                break;
        }

        if (height > 1 && Chance(0.3))
        {
            Add("Transpose", ("perm", Odd() ? [0, 1, 3, 2] : new long[] { 0, 2, 3, 1 }));
            isChannelsLast = true;
        }

        Flatten();
    }

    private void Flatten()
    {
        long elements = channels * height * width;
        switch (Pick(0, 1, 2, 3, 4))
        {
            case 0: Add("Flatten", Attributes(Chance(0.5), "axis", Odd() ? Pick(2L, 0L, 3L) : Pick(1L, -3L))); break;
            case 1: Add("Reshape", [file.Integers(Odd() ? [-1, channels] : Pick<long[]>([0, -1], [-1, elements], [0, elements]))]); break;
            case 2 when height == 1 && width == 1:
                long[] axes = isChannelsLast ? [1, 2] : [2, 3];
                if (file.OperatorSet >= 13) Add("Squeeze", [file.Integers(axes, isRaw: Chance(0.5))]);
                else Add("Squeeze", ("axes", axes));
                break;
            case 3:
                // As PyTorch exports x.view(x.size(0), -1).
                string shape = file.Node("Shape", [last]);
                string images = file.Node("Gather", [shape, file.Integers([Odd() ? 1 : 0], isScalar: true)], ("axis", 0L));
                string vector = file.OperatorSet >= 13 ? file.Node("Unsqueeze", [images, file.Integers([0])])
                    : file.Node("Unsqueeze", [images], ("axes", new long[] { 0 }));
                Add("Reshape", [file.Node("Concat", [vector, file.Integers([-1], isRaw: Chance(0.5))], ("axis", 0L))]);
                break;
            case 4:
                string whole = file.Node("Shape", [last]);
                string start = file.Node("Slice", [whole, file.Integers([0]), file.Integers([1])]);
                Add("Reshape", [file.Node("Concat", [file.Node("Cast", [start], ("to", 7L)), file.Integers([elements])], ("axis", 0L))]);
                break;
            default: Add("Flatten"); break;
        }
    }

    private void Head()
    {
        long inputs = channels * height * width;
        int layers = Pick(1, 1, 2, 3);
        for (int i = 0; i < layers; i++)
        {
            long outputs = i == layers - 1 ? 4 : Pick(4, 5, 6);
            if (Chance(0.2)) Dropout();
            if (Odd()) Between();
            if (Chance(0.5))
            {
                bool isTransposed = Chance(0.5);
                List<(string, object)> attributes = [];
                if (isTransposed) attributes.Add(("transB", 1L));
                if (Odd()) attributes.Add((Pick("alpha", "beta"), 0.5f));
                string weight = isTransposed ? Weight(outputs, inputs) : Weight(inputs, outputs);
                string[] bias = Chance(0.7) ? [Weight(Odd() ? [1] : Chance(0.5) ? [outputs] : [1, outputs])] : [];
                Add("Gemm", [weight, .. bias], [.. attributes]);
            }
            else
            {
                Add("MatMul", [Weight(inputs, outputs)]);
                if (Chance(0.7)) last = file.Node("Add", Order(last, Weight(Chance(0.5) ? [outputs] : [1, outputs])));
            }

            if (i < layers - 1 && !Odd()) Add("Relu");
            inputs = outputs;
        }
    }

    // What makes of the images something else.
    private void Start()
    {
        switch (Pick(0, 1, 2, 3))
        {
            case 0 when channels == 3: Add("Gather", [file.Integers([2, 1, 0])], ("axis", 1L)); break;
            case 1: last = file.Node("Mul", [last, Weight(1)]); break;
            case 2: last = file.Node("Concat", [last, last], ("axis", 1L)); channels *= 2; break;
            default: last = file.Node("Sub", [last, Weight(channels, 1, 1)]); break;
        }
    }

    // What a VGG network does not have between its layers.
    private void Between()
    {
        switch (Pick(0, 1, 2, 3, 4, 5, 6))
        {
            case 0: Add("Sigmoid"); break;
            case 1: Add("LeakyRelu", ("alpha", 0.2f)); break;
            case 2: last = file.Node("Add", [last, file.Node("Relu", [last])]); break;
            case 3: Norm(); break;
            case 4: Add("Relu"); break;
            case 5: Add("Softmax", ("axis", 1L)); break;
            default: last = file.Node("Mul", [last, Weight(1)]); break;
        }
    }

    // What makes of the scores something else.
    private void End()
    {
        switch (Pick(0, 1, 2, 3, 4))
        {
            case 0: Add("Slice", [file.Integers([0]), file.Integers([2]), file.Integers([1])]); break;
            case 1: Add("Gather", [file.Integers([1, 0, 2])], ("axis", 1L)); break;
            case 2: Add("Relu"); break;
            case 3: Add("Sigmoid"); break;
            default: last = file.Node("Add", [last, Weight(4)]); break;
        }
    }

    private void Pad(long[] pads)
    {
        if (pads.All(pad => pad == 0)) return;
        last = file.Node("Pad", Odd() ? [last, file.Integers(pads), file.Constant([], [0.5f])] : [last, file.Integers(pads)]);
    }

    private void Dropout() => last = file.OperatorSet >= 12 && Chance(0.5) ? file.Node("Dropout", [last, file.Constant([], [0.3f])])
        : file.Node("Dropout", [last]);

    private string Add(string op, params (string, object)[] attributes) => last = file.Node(op, [last], attributes);

    private string Add(string op, string[] constants, params (string, object)[] attributes) =>
        last = file.Node(op, [last, .. constants], attributes);

    private string Value(string op, string value) => file.Node(op, [value]);

    private static (string, object)[] Attributes(bool isStated, string name, object value) => isStated ? [(name, value)] : [];

    private string[] Order(string left, string right) => Chance(0.5) ? [left, right] : [right, left];

    private string Weight(params long[] shape)
    {
        int[] lengths = [.. shape.Select(length => (int)length)];
        double fanIn = shape.Length < 2 ? 4 : shape.Skip(1).Aggregate(1.0, (product, length) => product * length);
        return file.Constant(lengths, Draw(lengths, () => ((2 * random.NextDouble()) - 0.8) * Math.Sqrt(3 / fanIn)));
    }

    private string Positive(long length) => file.Constant([(int)length], Draw([(int)length], () => 0.5 + random.NextDouble()));

    private static float[] Draw(int[] shape, Func<double> next) =>
        [.. Enumerable.Range(0, shape.Aggregate(1, (product, length) => product * length)).Select(_ => (float)next())];

    private bool Chance(double probability) => random.NextDouble() < probability;

    // Decides whether to make a change that may make it another network.
    private bool Odd()
    {
        bool isOdd = oddity > 0 && Chance(oddity);
        if (isOdd) IsVgg = false;
        return isOdd;
    }

    private T Pick<T>(params T[] values) => values[random.Next(values.Length)];
}
