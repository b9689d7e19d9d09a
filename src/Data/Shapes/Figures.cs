using System.Numerics;

namespace DeepSharp.Data;

/// <summary>
/// The figures of <see cref="ShapesDataset"/> as signed distances: negative inside, positive outside. Each figure fits into the unit
/// circle, except the heart, whose lobes reach 1.09.
/// </summary>
/// <remarks>
/// Distances to polygons and to the heart follow Inigo Quilez, "2D distance functions". Near the tips of the crescent, the value is only a
/// lower bound of the distance.
/// </remarks>
internal static class Figures
{
    /// <summary>The names, in the order of the labels.</summary>
    public static readonly string[] Names =
        ["circle", "ring", "crescent", "heart", "triangle", "square", "star", "cross", "arrow", "hourglass"];

    private static readonly Vector2[] Triangle = Regular(3, 1, 1), Square = Regular(4, 1, 1), Star = Regular(5, 1, 0.42f);

    private static readonly Vector2[] Cross =
    [
        new(-0.27f, 0.96f), new(0.27f, 0.96f), new(0.27f, 0.27f), new(0.96f, 0.27f), new(0.96f, -0.27f), new(0.27f, -0.27f),
        new(0.27f, -0.96f), new(-0.27f, -0.96f), new(-0.27f, -0.27f), new(-0.96f, -0.27f), new(-0.96f, 0.27f), new(-0.27f, 0.27f),
    ];

    private static readonly Vector2[] Arrow =
        [new(0, 1), new(0.8f, 0.1f), new(0.27f, 0.1f), new(0.27f, -0.96f), new(-0.27f, -0.96f), new(-0.27f, 0.1f), new(-0.8f, 0.1f)];

    private static readonly Vector2[] Hourglass =
        [new(-0.7f, 0.7f), new(0.7f, 0.7f), new(0.15f, 0), new(0.7f, -0.7f), new(-0.7f, -0.7f), new(-0.15f, 0)];

    /// <summary>The signed distance of a point from the outline of figure <paramref name="label"/>.</summary>
    public static float Distance(int label, Vector2 p) => label switch
    {
        0 => p.Length() - 0.9f,
        1 => MathF.Abs(p.Length() - 0.75f) - 0.22f,
        2 => MathF.Max(p.Length() - 0.95f, 0.75f - Vector2.Distance(p, new(0.48f, 0))),
        3 => Heart((p * 0.62f) + new Vector2(0, 0.55f)) / 0.62f,
        4 => Polygon(Triangle, p),
        5 => Polygon(Square, p),
        6 => Polygon(Star, p),
        7 => Polygon(Cross, p),
        8 => Polygon(Arrow, p),
        _ => Polygon(Hourglass, p),
    };

    /// <summary>The distance of a point from a line segment.</summary>
    public static float Segment(Vector2 p, Vector2 from, Vector2 to)
    {
        Vector2 edge = to - from, w = p - from;
        float along = Math.Clamp(Vector2.Dot(w, edge) / Vector2.Dot(edge, edge), 0, 1);
        return (w - (edge * along)).Length();
    }

    private static float Polygon(ReadOnlySpan<Vector2> corners, Vector2 p)
    {
        float squared = float.MaxValue;
        bool inside = false;
        var to = corners[^1];
        foreach (var from in corners)
        {
            Vector2 edge = to - from, w = p - from;
            var nearest = w - (edge * Math.Clamp(Vector2.Dot(w, edge) / edge.LengthSquared(), 0, 1));
            squared = MathF.Min(squared, nearest.LengthSquared());
            // The point is inside if a ray to the right from p crosses an odd number of edges.
            if ((from.Y > p.Y) != (to.Y > p.Y) && w.X < edge.X * w.Y / edge.Y) inside = !inside;
            to = from;
        }

        return inside ? -MathF.Sqrt(squared) : MathF.Sqrt(squared);
    }

    // A heart with its tip at the origin, about 1.1 high.
    private static float Heart(Vector2 p)
    {
        p.X = MathF.Abs(p.X);
        if (p.X + p.Y > 1) return Vector2.Distance(p, new(0.25f, 0.75f)) - (MathF.Sqrt(2) / 4);
        var diagonal = new Vector2(0.5f * MathF.Max(p.X + p.Y, 0));
        float squared = MathF.Min(Vector2.DistanceSquared(p, new(0, 1)), (p - diagonal).LengthSquared());
        return MathF.Sqrt(squared) * MathF.Sign(p.X - p.Y);
    }

    // A polygon with corners on the circle of radius outer. A smaller inner radius adds a notch between neighboring corners (a star).
    private static Vector2[] Regular(int corners, float outer, float inner)
    {
        int step = inner < outer ? 1 : 2;
        var points = new List<Vector2>();
        for (int i = 0; i < 2 * corners; i += step)
        {
            var (sin, cos) = MathF.SinCos(MathF.PI * i / corners);
            points.Add(new Vector2(sin, cos) * (i % 2 == 0 ? outer : inner));
        }

        return [.. points];
    }
}
