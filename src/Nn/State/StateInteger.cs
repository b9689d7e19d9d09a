namespace DeepSharp.Nn;

/// <summary>An integer that belongs to a state and that any thread may increment.</summary>
public sealed class StateInteger
{
    private long value;

    /// <summary>The number.</summary>
    public long Value
    {
        get => Interlocked.Read(ref value);
        set => Interlocked.Exchange(ref this.value, value);
    }

    /// <summary>Increments the number.</summary>
    /// <returns>The number before the increment.</returns>
    public long Next() => Interlocked.Increment(ref value) - 1;

    /// <summary>The number.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
