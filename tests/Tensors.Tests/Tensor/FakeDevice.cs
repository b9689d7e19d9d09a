using System.Numerics;

namespace DeepSharp.Tensors.Tests;

/// <summary>A backend with its own memory. Counts uploads and downloads. Implements only addition; other kernels run on the CPU.</summary>
internal sealed class FakeDevice : Kernels
{
    public int Uploads { get; private set; }

    public int Downloads { get; private set; }

    public int CopiesAlive { get; private set; }

    public override Tensor<T> Binary<T>(BinaryFunction function, Tensor<T> x, Tensor<T> y)
    {
        if (function != BinaryFunction.Add) return base.Binary(function, x, y);
        T[] a = OnDevice(x), b = OnDevice(y);
        var sum = new Tensor<T>(x.Shape, x.Context, "Add");
        sum.AttachDeviceCopy(new Copy<T>(this, [.. a.Zip(b, (p, q) => p + q)]), hostIsStale: true);
        return sum;
    }

    private T[] OnDevice<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.DeviceCopy is Copy<T> present) return present.Elements;
        Uploads++;
        var copy = new Copy<T>(this, x.Read().ToArray());
        x.AttachDeviceCopy(copy, hostIsStale: false);
        return copy.Elements;
    }

    private sealed class Copy<T> : IDeviceCopy<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly FakeDevice device;

        public Copy(FakeDevice device, T[] elements)
        {
            (this.device, Elements) = (device, elements);
            device.CopiesAlive++;
        }

        public T[] Elements { get; }

        public void Download(Span<T> host)
        {
            device.Downloads++;
            Elements.CopyTo(host);
        }

        public void Dispose() => device.CopiesAlive--;
    }
}
