using System.CommandLine;
using DeepSharp.Bench.Libtorch;
using DeepSharp.Bench.Measuring;
using TorchSharp;

// A variant is a memory layout. Without the argument `work`, prints the version. With `--find-variant`, measures all variants and prints
// the name of the fastest. Otherwise runs rounds of the variant that `--variant` names, or of the first one.
var work = new Argument<string?>("work")
{
    Description = "A case of `bench vgg`, or conv/SHAPE/PASS; if omitted, the version is printed.",
    Arity = ArgumentArity.ZeroOrOne,
};
var bf16 = new Option<bool>("--bf16") { Description = "Use bfloat16 for weights, activations and gradients." };
var findVariant = new Option<bool>("--find-variant") { Description = "Print the name of the fastest variant." };
var variant = new Option<string?>("--variant") { Description = "The variant to run." };
var threads = new Option<int>("--threads") { Description = "Number of threads.", DefaultValueFactory = _ => Environment.ProcessorCount };
var seconds = new Option<double>("--seconds")
{
    Description = "Maximum seconds of warm-up; with --find-variant, also the seconds of timing each variant.",
    DefaultValueFactory = _ => 1,
};
var runs = new Option<int>("--runs") { Description = "The minimum number of runs of each variant.", DefaultValueFactory = _ => 3 };
var root = new RootCommand("libtorch as a worker process of bench compare.") { work, bf16, findVariant, variant, threads, seconds, runs };
root.SetAction(parsed =>
{
    if (parsed.GetValue(work) is not { } name)
    {
        Console.WriteLine(torch.__version__);
        return;
    }

    torch.set_num_threads(parsed.GetValue(threads));
    var type = parsed.GetValue(bf16) ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
    var variants = name.StartsWith("conv/", StringComparison.Ordinal)
        ? Convolutions.Variants(name, type)
        : Networks.Variants(VggCase.Named(name), type);
    if (parsed.GetValue(findVariant))
    {
        Console.WriteLine(variants.MinBy(one => Timing.Of(one.Value(), parsed.GetValue(seconds), parsed.GetValue(runs)).MedianMs).Key);
        return;
    }

    string chosen = parsed.GetValue(variant) ?? variants.Keys.First();
    Serving.Run(variants[chosen](), chosen, parsed.GetValue(seconds));
});
return root.Parse(args).Invoke();
