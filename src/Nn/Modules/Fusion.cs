using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>Rewrites a chain of modules into an equivalent one with fewer operations.</summary>
internal static class Fusion
{
    /// <summary>
    /// Replaces each convolution and the batch normalization, ReLU and max pooling after it, in this order, with one module. Some of the
    /// three may be absent. Flattening before a linear layer is replaced by a module that does not copy maps of one pixel.
    /// </summary>
    public static Module<T>[] Rewrite<T>(ReadOnlySpan<Module<T>> modules)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        List<Module<T>> rewritten = [];
        while (!modules.IsEmpty)
        {
            var (module, count) = FusedConvolution<T>.From(modules);
            if (modules[0] is Flatten<T> && LeadsToLinear(modules[1..])) module = new FlattenForLinear<T>();
            rewritten.Add(module ?? modules[0]);
            modules = modules[count..];
        }

        return [.. rewritten];
    }

    // Dropout and ReLU work on any shape, so they may be between flattening and the linear layer.
    private static bool LeadsToLinear<T>(ReadOnlySpan<Module<T>> modules)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        while (modules is [Dropout<T> or Relu<T>, ..]) modules = modules[1..];
        return modules is [Linear<T>, ..];
    }
}

/// <summary>Flattens images, unless a linear layer can read them unflattened, as [N, C, 1, 1].</summary>
internal sealed class FlattenForLinear<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override Variable<T> Forward(Variable<T> x) => Flatten<T>.IsRows(x.Shape) ? x : x.Flatten();
}

/// <summary>A convolution and, if present, the batch normalization, ReLU and max pooling after it, computed as one operation.</summary>
internal sealed class FusedConvolution<T>(Conv2d<T> convolution, BatchNorm2d<T>? norm, bool relu, Window2d? pool) : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// The fused module at the beginning of a chain and the number of modules that it replaces; null and 1 if there is nothing to fuse.
    /// </summary>
    public static (Module<T>? Module, int Count) From(ReadOnlySpan<Module<T>> modules)
    {
        if (modules[0] is not Conv2d<T> convolution) return (null, 1);
        int count = 1;
        var norm = Next<BatchNorm2d<T>>(modules);
        bool relu = Next<Relu<T>>(modules) is not null;
        var pool = Next<MaxPool2d<T>>(modules);
        return count == 1 ? (null, 1) : (new FusedConvolution<T>(convolution, norm, relu, pool?.Window), count);

        TModule? Next<TModule>(ReadOnlySpan<Module<T>> modules)
            where TModule : Module<T>
        {
            var next = count < modules.Length ? modules[count] as TModule : null;
            if (next is not null) count++;
            return next;
        }
    }

    public override Variable<T> Forward(Variable<T> x)
    {
        var tape = x.Tape;
        var settings = new ConvolutionBlockSettings<T>(convolution.Window, norm?.OperationSettings, relu, pool);
        var y = x.ConvolutionBlock(settings, tape.Use(convolution.Weight), Use(convolution.Bias), Use(norm?.Weight), Use(norm?.Bias));
        norm?.CountBatch(tape);
        return y;

        Variable<T>? Use(Parameter<T>? parameter) => parameter is null ? null : tape.Use(parameter);
    }
}
