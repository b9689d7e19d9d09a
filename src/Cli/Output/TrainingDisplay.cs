using System.Globalization;
using DeepSharp.Nn;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeepSharp.Cli.Output;

/// <summary>Shows the progress of training: a line per epoch and, on a terminal, a bar with loss, speed and remaining time.</summary>
internal sealed class TrainingDisplay(IAnsiConsole console) : IProgress<TrainingProgress>
{
    // Leaves room for the other columns of the progress display on a terminal with 80 characters per line.
    private const int BarWidth = 20;

    private ProgressTask? bar;
    private string status = "";

    /// <summary>Trains a network and shows the progress.</summary>
    public TrainingResult Run(Trainer<float> trainer, CancellationToken cancellationToken)
    {
        if (!console.CanRedraw) return trainer.Run(this, cancellationToken);
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn { Width = BarWidth }, new StatusColumn(this))
            .Start(context =>
            {
                bar = context.AddTask("starting");
                return trainer.Run(this, cancellationToken);
            });
    }

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        if (value.Result is { } epoch)
        {
            console.Line(string.Create(CultureInfo.InvariantCulture,
                $"epoch {epoch.Epoch,3}/{value.Epochs}  train loss {epoch.TrainLoss:0.0000}  test loss {epoch.TestLoss:0.0000}  "
                + $"test accuracy {epoch.TestAccuracy:0.00%}  lr {epoch.LearningRate:0.######}  "
                + $"{epoch.ImagesPerSecond:0} images/s  {epoch.Seconds:0.0} s"));
        }

        if (bar is null) return;
        bar.Description = $"epoch {value.Epoch}/{value.Epochs}";
        bar.MaxValue = value.Steps;
        // A full bar would look finished, but the test images are evaluated after the last step.
        bar.Value = Math.Min(value.Step, value.Steps - 0.5);
        status = value.Step < value.Steps
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"loss {value.Loss:0.000}  {value.ImagesPerSecond:0} images/s  {Duration(value.Remaining)} left")
            : "testing";
    }

    // Hours are not limited to a day.
    internal static string Duration(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours:00}:{time:mm\\:ss}");

    private sealed class StatusColumn(TrainingDisplay display) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(display.status);
    }
}
