using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Data;

/// <summary>
/// Paints one image of <see cref="ShapesDataset"/>: a shaded background, strokes and dots as clutter, the figure, one thin stroke that may
/// cross the figure, and noise.
/// </summary>
/// <remarks>
/// All random numbers come from the image's own stream, so an image depends only on seed, part (training or test) and index.
/// </remarks>
internal ref struct ShapePainter
{
    /// <summary>The number of rows and of columns of an image.</summary>
    public const int Size = 32;

    private const int Map = Size * Size;

    // The noise uses the blocks (four words each) of the stream from this one on, far beyond the numbers that painting uses.
    private const long NoiseStart = 1 << 16;

    private readonly RandomStream stream;
    private readonly Span<Vector3> canvas;
    private long drawn;

    private ShapePainter(RandomStream stream, Span<Vector3> canvas)
    {
        this.stream = stream;
        this.canvas = canvas;
    }

    /// <summary>
    /// Paints the figure <paramref name="label"/> with the random numbers of <paramref name="stream"/> into 3·Size·Size bytes.
    /// </summary>
    public static void Paint(int label, RandomStream stream, Span<byte> pixels)
    {
        Span<Vector3> canvas = stackalloc Vector3[Map];
        var painter = new ShapePainter(stream, canvas);
        var background = painter.Background();
        int clutter = 3 + painter.Below(4);
        for (int i = 0; i < clutter; i++) painter.Clutter();
        painter.Figure(label, background);
        painter.Stroke(painter.Color(), halfWidth: 0.5f);
        painter.Develop(pixels);
    }

    // Paints a color gradient along a random direction. Returns its mean color.
    private Vector3 Background()
    {
        Vector3 color = Color() * 0.6f, shade = new(Between(-0.2f, 0.2f), Between(-0.2f, 0.2f), Between(-0.2f, 0.2f));
        var (sin, cos) = MathF.SinCos(Between(0, 2 * MathF.PI));
        for (int p = 0; p < Map; p++)
        {
            float along = (((p % Size) - 15.5f) * cos / 16) + (((p / Size) - 15.5f) * sin / 16);
            canvas[p] = color + (shade * along);
        }

        return color;
    }

    private void Clutter()
    {
        var color = Color();
        if (Below(2) == 0)
        {
            Stroke(color, halfWidth: Between(0.5f, 1.2f));
            return;
        }

        Vector2 center = new(Between(0, Size), Between(0, Size));
        float radius = Between(1, 2.5f);
        Blend(center, radius, color, p => Vector2.Distance(p, center) - radius);
    }

    private void Stroke(Vector3 color, float halfWidth)
    {
        Vector2 from = new(Between(0, Size), Between(0, Size));
        var (sin, cos) = MathF.SinCos(Between(0, 2 * MathF.PI));
        var half = new Vector2(cos, sin) * Between(3, 8);
        Blend(from, half.Length() + halfWidth, color, p => Figures.Segment(p, from - half, from + half) - halfWidth);
    }

    private void Figure(int label, Vector3 background)
    {
        float radius = Between(7.5f, 13);
        // The range of centers keeps most of the figure inside the image.
        float reach = Size / 2f - (radius * 0.85f);
        Vector2 center = new((Size / 2f) + Between(-reach, reach), (Size / 2f) + Between(-reach, reach));
        var (sin, cos) = MathF.SinCos(Between(0, 2 * MathF.PI));
        Blend(center, radius, Brighter(background), p =>
        {
            var d = (p - center) / radius;
            return Figures.Distance(label, new((cos * d.X) + (sin * d.Y), (cos * d.Y) - (sin * d.X))) * radius;
        });
    }

    // Paints the inside, where the distance is negative. The coverage of a pixel, its fraction inside, is 1/2 − distance to first order.
    private readonly void Blend(Vector2 center, float radius, Vector3 color, Func<Vector2, float> distance)
    {
        int top = Math.Max(0, (int)(center.Y - radius - 1)), bottom = Math.Min(Size - 1, (int)(center.Y + radius + 1));
        int left = Math.Max(0, (int)(center.X - radius - 1)), right = Math.Min(Size - 1, (int)(center.X + radius + 1));
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                float coverage = 0.5f - distance(new(x + 0.5f, y + 0.5f));
                if (coverage > 0) canvas[(y * Size) + x] = Vector3.Lerp(canvas[(y * Size) + x], color, MathF.Min(coverage, 1));
            }
        }
    }

    // Adds noise of a random strength, rounds to bytes, and stores them in the order channel, row, column.
    private void Develop(Span<byte> pixels)
    {
        float strength = Between(0.05f, 0.25f);
        for (int p = 0; p < Map; p++)
        {
            var (red, green, blue, _) = stream.Block(NoiseStart + p);
            var color = canvas[p] + (new Vector3(Grain(red), Grain(green), Grain(blue)) * strength);
            color = Vector3.Clamp(color, Vector3.Zero, Vector3.One) * 255;
            pixels[p] = (byte)(color.X + 0.5f);
            pixels[Map + p] = (byte)(color.Y + 0.5f);
            pixels[(2 * Map) + p] = (byte)(color.Z + 0.5f);
        }
    }

    // The scaled difference of the two halves of a word, which has a triangular distribution on (−1, 1).
    private static float Grain(uint word) => ((int)(word & 0xFFFF) - (int)(word >> 16)) * (1f / 65536);

    // A color between the given one and white, at least a third of the way in every channel.
    private Vector3 Brighter(Vector3 color)
    {
        Vector3 fraction = new(Between(0.35f, 1), Between(0.35f, 1), Between(0.35f, 1));
        return color + ((Vector3.One - color) * fraction);
    }

    private Vector3 Color() => new(Between(0, 1), Between(0, 1), Between(0, 1));

    private int Below(int bound) => stream.Below(bound, drawn++);

    private float Between(float low, float high) => low + ((high - low) * (float)stream.Uniform(drawn++));
}
