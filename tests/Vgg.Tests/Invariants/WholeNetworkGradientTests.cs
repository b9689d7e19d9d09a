using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Vgg.Tests.Invariants;

/// <summary>Checks the gradients of whole small networks in double against central differences.</summary>
public class WholeNetworkGradientTests
{
    private const int ElementsPerParameter = 40;

    private static readonly Shape Images = [3, 3, 8, 8];
    private static readonly int[] Labels = [1, 0, 3];

    /// <summary>The configuration, whether it has batch normalization, and whether the head has two hidden layers with dropout.</summary>
    public static TheoryData<string, bool, bool> Networks => new()
    {
        { "4,M,6,M", false, false },
        { "4,M,6,M", true, false },
        { "4,LRN,M,6,M", false, true },
        { "4,LRN,M,6,M", true, true },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_of_the_loss_match_central_differences_and_an_error_of_a_thousandth_is_detected(
        string config, bool batchNorm, bool deepHead)
    {
        using var network = Find(config, batchNorm, deepHead);
        foreach (bool fuse in (bool[])[true, false])
        {
            network.Model.Fuse = fuse;
            GradientCheck.Run(Loss, network.Parameters, ElementsPerParameter).Require();
            var wrong = GradientCheck.Run(tape => new WrongGradient().Apply(Loss(tape)), network.Parameters, ElementsPerParameter);
            Assert.Equal(network.Parameters.Select(named => named.Name), wrong.Mismatches.Select(mismatch => mismatch.Input).Distinct());
        }

        Variable<double> Loss(Tape<double> tape) => network.Forward(tape).CrossEntropy(Labels);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_are_the_same_with_and_without_fusion(string config, bool batchNorm, bool deepHead)
    {
        using var network = Find(config, batchNorm, deepHead);
        var (fusedLoss, fused) = Gradients(network, fuse: true);
        var (singleLoss, single) = Gradients(network, fuse: false);
        // Both networks add the same terms, possibly in another order, and run each layer twice, forward and backward. The longest sum of
        // a layer is over the pixels of the batch (the gradient of a weight, the statistics of batch normalization) or over the 9·C
        // products of a convolution of C channels.
        int terms = 2 * network.Model.Layers(Images).Count() * Math.Max(Images[0] * Images[2] * Images[3], 9 * 6);
        Assert.Equal(singleLoss, fusedLoss, Tolerance.Sum<double>(terms, Math.Max(1, singleLoss)));
        double tolerance = Tolerance.Sum<double>(terms, single.Max(gradient => gradient.Max(Math.Abs)));
        foreach (var (one, other) in single.Zip(fused))
        {
            foreach (var (expected, actual) in one.Zip(other)) Assert.Equal(expected, actual, tolerance);
        }
    }

    [RepeatableProperty(MaxTest = 60)]
    public Property Gradients_of_the_logits_match_central_differences_for_generated_networks()
    {
        var cases =
            from config in Gen.Elements("2,M,3,M", "3,LRN,M", "2,2:1,M,3:1p1", "2:5,M", "3,M,2,2,M")
            from batchNorm in Gen.Elements(false, true)
            from fuse in Gen.Elements(false, true)
            from head in Gen.Elements(VggHead.Compact, new VggHead { PoolSize = 2, Hidden = [4], Dropout = 0.5 })
            from images in Gen.Choose(1, 3)
            from height in Gen.Choose(4, 6)
            from width in Gen.Choose(4, 6)
            from seed in Gen.Choose(0, 1 << 20)
            select (config, batchNorm, fuse, head, Images: new Shape(images, 2, height, width), seed);
        return Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var options = new VggOptions { BatchNorm = c.batchNorm, Classes = 3, Head = c.head, InputChannels = 2, InputSize = 4 };
            using var network = SmoothNetwork.Find(c.config, options, c.Images, c.seed);
            network.Model.Fuse = c.fuse;
            GradientCheck.Run(network.Forward, network.Parameters).Require();
        });
    }

    private static SmoothNetwork Find(string config, bool batchNorm, bool deepHead)
    {
        var head = deepHead ? new VggHead { PoolSize = 2, Hidden = [7, 5], Dropout = 0.5 } : VggHead.Compact;
        var options = new VggOptions { BatchNorm = batchNorm, Classes = 4, Head = head, InputSize = Images[2] };
        return SmoothNetwork.Find(config, options, Images, seed: 1);
    }

    private static (double Loss, List<double[]> Gradients) Gradients(SmoothNetwork network, bool fuse)
    {
        network.Model.Fuse = fuse;
        using var tape = new Tape<double>(Mode.Training);
        var loss = network.Forward(tape).CrossEntropy(Labels);
        tape.Backward(loss);
        List<double[]> gradients = [.. network.Model.Parameters().Select(parameter => parameter.Gradient!.ToArray())];
        foreach (var parameter in network.Model.Parameters()) parameter.ZeroGradient();
        return (loss.Value.Read()[0], gradients);
    }
}
