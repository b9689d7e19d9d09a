namespace DeepSharp.Tensors.Tests.Compute;

public class ProfilerTests
{
    [Fact]
    public void Report_lines_are_averages_per_step_and_add_up_to_the_step_time()
    {
        var profiler = new Profiler();
        using var context = new ComputeContext(new ComputeOptions { Profiler = profiler });
        for (int i = 0; i < 4; i++)
        {
            using var step = context.ProfileStep();
            for (int j = 0; j < 3; j++)
            {
                using var inner = context.Profile("Conv2d", "forward", flops: 1e6);
                Thread.Sleep(2);
            }
        }

        var report = new ProfileReport(profiler);
        Assert.Equal(4, report.Steps);
        Assert.Equal(2, report.Lines.Count);
        var convolution = report.Lines[0];
        Assert.Equal(("Conv2d", "forward", 3.0), (convolution.Operation, convolution.Pass, convolution.Calls));
        Assert.True(convolution.Milliseconds >= 6 && convolution.GFlops is > 0 and <= 0.5, $"{convolution}");
        Assert.Equal(report.StepMilliseconds, report.Lines.Sum(line => line.Milliseconds), 1e-9);
        Assert.Equal(1, report.Lines.Sum(line => line.Share), 1e-9);
    }

    [Fact]
    public void Nested_profiles_of_the_same_operation_and_pass_are_one_call()
    {
        var profiler = new Profiler();
        using var context = new ComputeContext(new ComputeOptions { Profiler = profiler });
        using (context.Profile("Conv2d", "forward"))
        {
            using (context.Profile("Conv2d", "forward", flops: 1e6)) Thread.Sleep(2);
            using (context.Profile("Conv2d", "weight gradient")) Thread.Sleep(2);
        }

        using (context.Profile("Conv2d", "forward", flops: 1e6)) Thread.Sleep(2);
        var forward = profiler.Entries.Single(entry => entry.Pass == "forward");
        Assert.Equal((2, 2e6), (forward.Calls, forward.Flops));
        Assert.InRange(forward.Milliseconds, 4, double.PositiveInfinity);
        Assert.Equal(1, profiler.Entries.Single(entry => entry.Pass == "weight gradient").Calls);
    }

    [Fact]
    public void Records_only_operations_that_start_while_it_is_on()
    {
        var profiler = new Profiler();
        using var context = new ComputeContext(new ComputeOptions { Profiler = profiler });
        using (context.Profile("Relu", "forward")) profiler.IsOn = false;
        using (context.Profile("Conv2d", "forward")) profiler.IsOn = true;

        Assert.Equal("Relu", Assert.Single(profiler.Entries).Operation);
    }

    [Fact]
    public void A_report_without_entries_is_empty()
    {
        var report = new ProfileReport(new Profiler());

        Assert.Equal((0, 0.0), (report.Steps, report.StepMilliseconds));
        Assert.Empty(report.Lines);
        Assert.Equal(2, report.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
