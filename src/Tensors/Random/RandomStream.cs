using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DeepSharp.Tensors;

/// <summary>A stream of random numbers defined by a seed, a name, an epoch and a step. Its elements are accessed by index.</summary>
/// <remarks>
/// A stream has no position. <c>new RandomStream(seed, "dropout").At(epoch, step)</c> has the same words on every machine, whichever order
/// and number of threads reads them. The random state of a training run is therefore only a seed, an epoch and a step.
/// </remarks>
public readonly struct RandomStream : IEquatable<RandomStream>
{
    private readonly uint key0, key1, epoch, step;

    /// <summary>Creates the stream of a seed and a name, at epoch 0 and step 0.</summary>
    public RandomStream(long seed, string name)
    {
        // The key is a hash of seed and name, so that neighboring seeds and similar names produce unrelated streams.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{name}"), hash);
        key0 = BinaryPrimitives.ReadUInt32LittleEndian(hash);
        key1 = BinaryPrimitives.ReadUInt32LittleEndian(hash[4..]);
    }

    private RandomStream(uint key0, uint key1, uint epoch, uint step) =>
        (this.key0, this.key1, this.epoch, this.step) = (key0, key1, epoch, step);

    /// <summary>The stream of the same seed and name at another epoch and step.</summary>
    /// <exception cref="OverflowException">The epoch or the step is negative or above 2³² − 1.</exception>
    public RandomStream At(long epoch, long step) => new(key0, key1, checked((uint)epoch), checked((uint)step));

    /// <summary>The random 32-bit word at <paramref name="index"/>.</summary>
    public uint Word(long index)
    {
        var (r0, r1, r2, r3) = Block(index >> 2);
        return (index & 3) switch { 0 => r0, 1 => r1, 2 => r2, _ => r3 };
    }

    /// <summary>The four words at the indices 4·<paramref name="block"/> to 4·<paramref name="block"/>+3.</summary>
    public (uint R0, uint R1, uint R2, uint R3) Block(long block) =>
        Philox.Block((uint)block, (uint)(block >> 32), epoch, step, key0, key1);

    /// <summary>Sample <paramref name="index"/> of the uniform distribution on [0, 1).</summary>
    public double Uniform(long index) => Word(index) * (1.0 / 4294967296.0);

    /// <summary>
    /// Sample <paramref name="index"/> of the uniform distribution on the integers 0 to <paramref name="bound"/> − 1. The probabilities
    /// differ by at most 2⁻³².
    /// </summary>
    public int Below(int bound, long index) => (int)(((ulong)Word(index) * (uint)bound) >> 32);

    /// <summary>
    /// Sample <paramref name="index"/> of the standard normal distribution (Box–Muller: two words give a pair of samples).
    /// </summary>
    public double Normal(long index)
    {
        var (r0, r1, r2, r3) = Block(index >> 2);
        var (radius, angle) = (index & 2) == 0 ? (r0, r1) : (r2, r3);
        return BoxMuller(radius, angle, (index & 1) == 0);
    }

    /// <summary>A random permutation of 0 to <paramref name="count"/> − 1 (Fisher–Yates).</summary>
    public int[] Permutation(int count)
    {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) order[i] = i;
        for (int i = count - 1; i > 0; i--)
        {
            int j = Below(i + 1, i);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private static double BoxMuller(uint radius, uint angle, bool cosine)
    {
        // (radius + 1) / 2³² is in (0, 1], so the logarithm is finite.
        double r = Math.Sqrt(-2 * Math.Log((radius + 1.0) * (1.0 / 4294967296.0)));
        double phi = 2 * Math.PI * (angle * (1.0 / 4294967296.0));
        return cosine ? r * Math.Cos(phi) : r * Math.Sin(phi);
    }

    /// <inheritdoc/>
    public bool Equals(RandomStream other) => (key0, key1, epoch, step) == (other.key0, other.key1, other.epoch, other.step);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RandomStream other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(key0, key1, epoch, step);

    /// <summary>Whether the streams have the same seed, name, epoch and step.</summary>
    public static bool operator ==(RandomStream left, RandomStream right) => left.Equals(right);

    /// <summary>Whether the streams differ in seed, name, epoch or step.</summary>
    public static bool operator !=(RandomStream left, RandomStream right) => !left.Equals(right);
}
