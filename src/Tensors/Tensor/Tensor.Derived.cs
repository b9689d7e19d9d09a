namespace DeepSharp.Tensors;

public sealed partial class Tensor<T>
{
    private Dictionary<object, (object Value, (Tensor<T> Tensor, long Version)[] Sources)>? derived;

    /// <summary>A value computed from the elements, for instance transformed weights. It is cached until the elements change.</summary>
    /// <param name="key">Identifies the value; one value is cached per key.</param>
    /// <param name="make">
    /// Computes the value. The tensor owns the value: it disposes a disposable value when it is replaced, or together with the tensor.
    /// </param>
    /// <param name="others">
    /// Other tensors that the value is computed from. A call after one of them changed, or with different ones, computes the value again.
    /// </param>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public TValue Derive<TValue>(object key, Func<Tensor<T>, TValue> make, params ReadOnlySpan<Tensor<T>> others)
        where TValue : class
    {
        ArgumentNullException.ThrowIfNull(make);
        _ = OwnMemory();
        lock (memory)
        {
            derived ??= [];
            if (derived.TryGetValue(key, out var kept))
            {
                if (IsCurrent(kept.Sources, others)) return (TValue)kept.Value;
                derived.Remove(key);
                (kept.Value as IDisposable)?.Dispose();
            }

            var sources = new (Tensor<T>, long)[others.Length + 1];
            sources[^1] = (this, Version);
            for (int i = 0; i < others.Length; i++) sources[i] = (others[i], others[i].Version);
            var value = make(this);
            derived.Add(key, (value, sources));
            return value;
        }
    }

    private static bool IsCurrent((Tensor<T> Tensor, long Version)[] sources, ReadOnlySpan<Tensor<T>> others)
    {
        if (sources.Length != others.Length + 1) return false;
        for (int i = 0; i < others.Length; i++)
        {
            if (!ReferenceEquals(sources[i].Tensor, others[i])) return false;
        }

        return Array.TrueForAll(sources, source => source.Version == source.Tensor.Version);
    }

    private void DisposeDerived()
    {
        if (derived is null) return;
        foreach (var (value, _) in derived.Values) (value as IDisposable)?.Dispose();
        derived = null;
    }
}
