using Microsoft.ML.OnnxRuntime;

namespace DeepSharp.Vgg.Tests.Onnx;

/// <summary>Imports random graphs: either the scores are those of ONNX Runtime, or the graph is refused.</summary>
public class RandomGraphTests(ITestOutputHelper output)
{
    // The networks have at most 7 layers with sums of at most 1,000 products; each sum rounds by less than 1e-5 of its largest term.
    private const double RelativeBound = 1e-4;
    private const int All = 6000;

    [Fact]
    public void Every_graph_has_the_scores_of_ONNX_Runtime_or_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        var random = new Random(GeneratedCases.Seed);
        int ran = 0, accepted = 0, vgg = 0, acceptedVgg = 0;
        Dictionary<string, int> refusals = [];
        for (int i = 0; i < GeneratedCases.Count(All); i++)
        {
            var graph = new RandomGraph(random, oddity: i % 2 == 0 ? 0 : 0.05);
            string path = folder["graph.onnx"];
            graph.Save(path);
            using var images = Tensor<float>.RandomNormal(
                [graph.FixedImages ?? 3, graph.Channels, graph.Size, graph.Size], new RandomStream(i, "images"),
                context: TestContexts.Default);
            if (Theirs(path, options, graph, images) is not var (theirs, shape)) continue;
            ran++;
            if (graph.IsVgg) vgg++;
            if (Ours(path, images, refusals, graph) is not { } ours) continue;
            accepted++;
            if (graph.IsVgg) acceptedVgg++;
            Compare(graph, ours, theirs, shape);
        }

        output.WriteLine(
            $"{ran} graphs, {accepted} accepted; of {vgg} VGG networks in other words {acceptedVgg} "
            + $"({100.0 * acceptedVgg / vgg:f1} %).");
        foreach (var (reason, count) in refusals.OrderByDescending(pair => pair.Value).Take(10)) output.WriteLine($"{count} × {reason}");
        Assert.True(acceptedVgg >= 0.95 * vgg, $"only {acceptedVgg} of {vgg} VGG networks in other words were accepted.");
        // Without these, the comparison would say nothing.
        Assert.InRange(vgg, ran / 3, ran);
        Assert.InRange(ran - vgg, ran / 5, ran);
    }

    // The output of ONNX Runtime; null if it refuses the graph.
    private static (float[] Scores, long[] Shape)? Theirs(string path, SessionOptions options, RandomGraph graph, Tensor<float> images)
    {
        try
        {
            using var session = new InferenceSession(path, options);
            using var arranged = graph.IsChannelsLastInput ? images.Permute(0, 2, 3, 1) : images.Clone();
            using var input = OrtValue.CreateTensorValueFromMemory(arranged.ToArray(), [.. arranged.Shape.Select(length => (long)length)]);
            using var run = new RunOptions();
            using var outputs = session.Run(run, session.InputNames, [input], session.OutputNames);
            return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
        }
        catch (OnnxRuntimeException)
        {
            return null;
        }
    }

    // Our output; null if we refuse the graph.
    private static Tensor<float>? Ours(string path, Tensor<float> images, Dictionary<string, int> refusals, RandomGraph graph)
    {
        try
        {
            using var model = VggModel.Load<float>(path, TestContexts.Default);
            using var tape = new Tape<float>(Mode.Evaluation);
            return model.Forward(tape.Input(images)).Value.Clone();
        }
        catch (InvalidDataException e)
        {
            Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
            string reason = (graph.IsVgg ? "in other words: " : "") + e.Message[(path.Length + 2)..];
            refusals[reason] = refusals.GetValueOrDefault(reason) + 1;
            return null;
        }
    }

    private static void Compare(RandomGraph graph, Tensor<float> ours, float[] theirs, long[] shape)
    {
        using (ours)
        {
            Assert.True(
                shape.SequenceEqual(ours.Shape.Select(length => (long)length)), $"expected [{string.Join(", ", shape)}]: {graph.Text}");
            using var result = graph.Final switch
            {
                "Softmax" => ours.Softmax(),
                "LogSoftmax" => ours.LogSoftmax(),
                _ => ours.Clone(),
            };
            double max = theirs.Max(Math.Abs), error = result.ToArray().Zip(theirs, (left, right) => Math.Abs(left - right)).Max();
            Assert.True(error <= RelativeBound * Math.Max(max, 1e-3), $"differs by {error} of {max}: {graph.Text}");
        }
    }
}
