using DeepSharp.Cli.Output;

namespace DeepSharp.Cli.Tests;

public class TrainingDisplayTests
{
    [Theory]
    [InlineData(0, 0, 0, 5, "00:00:05")]
    [InlineData(0, 23, 59, 59, "23:59:59")]
    [InlineData(1, 2, 3, 4, "26:03:04")]
    [InlineData(10, 0, 0, 0, "240:00:00")]
    public void Shows_days_of_remaining_time_as_hours(int days, int hours, int minutes, int seconds, string expected) =>
        Assert.Equal(expected, TrainingDisplay.Duration(new TimeSpan(days, hours, minutes, seconds)));
}
