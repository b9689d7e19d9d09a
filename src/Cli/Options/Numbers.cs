using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace DeepSharp.Cli.Options;

/// <summary>Creates options with numeric values. Their error messages state the expected and the actual value.</summary>
internal static class Numbers
{
    /// <summary>Creates an option whose value is a whole number of at least 1.</summary>
    public static Option<int?> Count(string name, string description) =>
        Number<int>(name, description, "a whole number of at least 1", value => value >= 1);

    /// <summary>Creates an option whose value is a whole number.</summary>
    public static Option<long?> Seed(string name, string description) => Number<long>(name, description, "a whole number", _ => true);

    /// <summary>Creates an option whose value is a finite number of at least 0.</summary>
    public static Option<double?> Rate(string name, string description) =>
        Number<double>(name, description, "a finite number of at least 0", value => value >= 0 && double.IsFinite(value));

    /// <summary>Creates an option whose value is a number from 0 to below 1.</summary>
    public static Option<double?> Fraction(string name, string description) =>
        Number<double>(name, description, "a number from 0 to below 1", value => value is >= 0 and < 1);

    /// <summary>Creates an option whose value is a number of threads.</summary>
    public static Option<int?> Threads(string name, string description)
    {
        int max = 4 * Environment.ProcessorCount;
        string expected = $"a whole number from 1 to {max} (four per logical processor)";
        return Number<int>(name, description, expected, value => value >= 1 && value <= max);
    }

    /// <summary>Creates an option whose value is a comma-separated list of <paramref name="count"/> whole numbers of at least 1.</summary>
    public static Option<int[]?> Counts(string name, int count, string description, string example) => new(name)
    {
        Description = description,
        HelpName = example,
        CustomParser = result =>
        {
            string[] items = result.Tokens[0].Value.Split(',');
            int[] numbers = [.. items.Select(item => Parse<int>(item) is { } number && number >= 1 ? number : 0)];
            if (numbers.Length == count && !numbers.Contains(0)) return numbers;
            result.AddError($"{name} must be {count} whole numbers of at least 1 as in {example}, found \"{result.Tokens[0].Value}\".");
            return null;
        },
    };

    /// <summary>Creates an option whose value is a comma-separated list of finite numbers.</summary>
    public static Option<double[]?> List(string name, string description, string example) => new(name)
    {
        Description = description,
        HelpName = example,
        CustomParser = result =>
        {
            double[] numbers = [.. result.Tokens[0].Value.Split(',').Select(item => Parse<double>(item) ?? double.NaN)];
            if (numbers.All(double.IsFinite)) return numbers;
            result.AddError($"{name} must be finite numbers as in {example}, found \"{result.Tokens[0].Value}\".");
            return null;
        },
    };

    private static Option<TNumber?> Number<TNumber>(string name, string description, string expected, Func<TNumber, bool> isAllowed)
        where TNumber : struct, INumber<TNumber> => new(name)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result =>
            {
                if (Parse<TNumber>(result.Tokens[0].Value) is { } number && isAllowed(number)) return number;
                result.AddError($"{name} must be {expected}, found \"{result.Tokens[0].Value}\".");
                return null;
            },
        };

    private static TNumber? Parse<TNumber>(string text)
        where TNumber : struct, INumber<TNumber> =>
        TNumber.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
