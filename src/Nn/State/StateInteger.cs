namespace DeepSharp.Nn;

/// <summary>An integer of a <see cref="StateDict"/>, safe for concurrent use by several threads.</summary>
public sealed class StateInteger
{
    private long value;

    /// <summary>The value.</summary>
    public long Value
    {
        get => Interlocked.Read(ref value);
        set => Interlocked.Exchange(ref this.value, value);
    }

    /// <summary>Increments the value.</summary>
    /// <returns>The value before the increment.</returns>
    public long Next() => Interlocked.Increment(ref value) - 1;

    /// <summary>The value.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
