using System.CommandLine;
using System.Globalization;
using DeepSharp.Cli.Options;
using DeepSharp.Cli.Output;
using DeepSharp.Data;
using DeepSharp.Nn;
using DeepSharp.Tensors;
using DeepSharp.Vgg;
using Spectre.Console;

namespace DeepSharp.Cli.Commands;

/// <summary><c>deepsharp train</c>.</summary>
internal sealed class TrainCommand
{
    private readonly ModelOptions model = new();
    private readonly DataOptions data = new();
    private readonly Option<int?> limitTrain = Numbers.Count(
        "--limit-train", "The number of training images to use, from the first. [default: all]");

    private readonly TrainingSettings settings = new();
    private readonly ComputeSettings compute = new();

    private readonly Option<string?> initFrom = new("--init-from")
    {
        Description = "A trained network: a weights file or the folder of a training run. Its first four convolutions and its linear "
            + "layers initialize those with the same place and shape, as in the paper for the deeper networks.",
        HelpName = "FILE|DIR",
    };

    private readonly Option<string?> output = new("--out")
    {
        Description = "The folder for checkpoint.safetensors and metrics.jsonl. "
            + "[default: runs/MODEL-DATA, numbered if it contains a checkpoint]",
        HelpName = "DIR",
    };

    private readonly Option<bool> overwrite = new("--overwrite") { Description = "Replaces a checkpoint in the output folder." };

    private readonly Option<string?> resume = new("--resume")
    {
        Description = "Continues the training whose checkpoint is in DIR, bit for bit as if never interrupted. "
            + "Only --epochs, --data-dir and --threads may change.",
        HelpName = "DIR",
    };

    private readonly Option<bool> profile = new("--profile")
    {
        Description = "At the end, prints the cost of a step by operation and pass: milliseconds, percentage, and achieved rate.",
    };

    private readonly Option<bool> json = new("--json")
    {
        Description = "Prints the result as one line of JSON, and everything else to standard error.",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var train = new TrainCommand();
        var command = new Command("train", "Trains a network. A checkpoint is written at the start, after every epoch, and on Ctrl-C.");
        IEnumerable<Option> options =
        [
            .. train.model.All, train.initFrom, .. train.data.All, train.limitTrain, .. train.settings.All, .. train.compute.All,
            train.output, train.overwrite, train.resume, train.profile, train.json,
        ];
        foreach (var option in options) command.Options.Add(option);
        command.SetAction(train.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        using var stop = new StopSignal();
        var screen = Screen.Open(parsed.GetValue(json));
        using var checkpoint = Checkpoint(parsed);
        var source = checkpoint is null
            ? data.Source(parsed) with { LimitTrain = parsed.GetValue(limitTrain) }
            : data.Resumed(parsed, checkpoint.Data!);
        var options = checkpoint is null ? settings.Options(parsed, source.Name) : settings.Resumed(parsed, checkpoint.Options);
        string defaultModel = TrainingDefaults.Model(source.Name);
        var description = checkpoint is null
            ? model.Description(parsed, defaultModel, DataSource.Channels, DataSource.Size, DataSource.Classes) with { Seed = options.Seed }
            : null;
        string folder = description is null ? parsed.GetValue(resume)! : OutputFolder(parsed, description.Name, source);
        using var context = compute.Context(parsed, checkpoint?.ConvolutionAlgorithm, parsed.GetValue(profile) ? new Profiler() : null);
        data.Download(parsed, source, screen.Line, stop.Token);
        var images = source.Load(context);
        using var network = description?.CreateModel<float>(context) ?? checkpoint!.CreateModel<float>(context);
        if (parsed.GetValue(initFrom) is { } file) InitializeFrom(network, CacheOption.FileOf(file), screen);
        using var trainer = new Trainer<float>(network, images, options, folder) { Source = source };
        if (checkpoint is not null) trainer.Restore(checkpoint);
        // Training replaces the file, which some systems do not allow while the file is open.
        checkpoint?.Dispose();

        screen.Line(string.Create(CultureInfo.InvariantCulture,
            $"{network.Description.Name}: {network.ParameterCount:N0} parameters; "
            + $"{source.Name}: {images.Train.Count:N0} training and {images.Test.Count:N0} test images; "
            + $"{context.Workers.Count} threads; checkpoints in {folder}"));
        try
        {
            var result = new TrainingDisplay(screen).Run(trainer, stop.Token);
            Show(parsed, screen, network, result);
            return 0;
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException($"Interrupted; resume with: deepsharp train --resume {folder}");
        }
    }

    private void Show(ParseResult parsed, IAnsiConsole screen, VggModel<float> network, TrainingResult result)
    {
        screen.Line(string.Create(CultureInfo.InvariantCulture,
            $"Test accuracy {result.Last.TestAccuracy:0.00%} after {result.Epochs.Count} {(result.Epochs.Count == 1 ? "epoch" : "epochs")} "
            + $"and {result.Seconds:0.0} s; weights in {result.Checkpoint}"));
        // The table already ends with a line break.
        if (network.Context.Options.Profiler is { } profiler) screen.Line(new ProfileReport(profiler).ToString().TrimEnd());
        if (parsed.GetValue(json)) Reports.Print(Report(network.Description.Name, result), Reports.Default.TrainReport);
    }

    /// <summary>The checkpoint to resume; null for a new training run.</summary>
    /// <exception cref="ArgumentException">An option that cannot change is given.</exception>
    /// <exception cref="IOException">The folder contains no checkpoint, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or does not name its data set.</exception>
    private TrainingCheckpoint? Checkpoint(ParseResult parsed)
    {
        if (parsed.GetValue(resume) is not { } folder) return null;
        RejectFixedOptions(parsed);
        var checkpoint = TrainingCheckpoint.Open(folder);
        if (checkpoint.Data is not null) return checkpoint;
        checkpoint.Dispose();
        throw new InvalidDataException(
            $"The checkpoint in {folder} does not name its data set; resume it in the program that wrote it.");
    }

    private static void InitializeFrom(VggModel<float> network, string file, IAnsiConsole screen)
    {
        if (!File.Exists(file))
            throw new FileNotFoundException($"--init-from: expected a weights file or a training folder, found no file {file}.");
        using var trained = VggModel.Load<float>(file, network.Context);
        var layers = network.InitializeFrom(trained);
        if (layers.Count == 0)
            throw new InvalidDataException($"{file}: no layer of {trained.Description.Name} fits {network.Description.Name}.");
        screen.Line($"Initialized from {file}: {string.Join(", ", layers)}");
    }

    private static TrainReport Report(string name, TrainingResult result) => new(
        name, result.Epochs.Count, result.Steps, result.Last.TrainLoss, result.Last.TestLoss, result.Last.TestAccuracy,
        result.ImagesPerSecond, result.Seconds, MachineInfo.PeakMemoryMegabytes, result.Checkpoint!, result.WeightsSha256);

    /// <summary>
    /// The folder of <c>--out</c>. Without this option, <c>runs/MODEL-DATA</c>, with a number if that folder contains a checkpoint.
    /// </summary>
    /// <exception cref="IOException"><c>--out</c> contains a checkpoint, and <c>--overwrite</c> is not given.</exception>
    private string OutputFolder(ParseResult parsed, string name, DataSource source)
    {
        bool replaces = parsed.GetValue(overwrite);
        if (parsed.GetValue(output) is { } folder)
        {
            if (replaces || !TrainingCheckpoint.Exists(folder)) return folder;
            throw new IOException(
                $"There is a checkpoint in {folder}; continue it with --resume {folder}, replace it with --overwrite, "
                + "or choose another --out.");
        }

        folder = Path.Combine("runs", $"{(VggNames.All.Contains(name) ? name : "custom")}-{source.Name}");
        string free = folder;
        for (int number = 2; !replaces && TrainingCheckpoint.Exists(free); number++) free = $"{folder}-{number}";
        return free;
    }

    private void RejectFixedOptions(ParseResult parsed)
    {
        IEnumerable<Option> options =
            [.. model.All, initFrom, .. data.Fixed, limitTrain, .. settings.Fixed, .. compute.Fixed, output, overwrite];
        foreach (var option in options)
        {
            if (parsed.GetResult(option) is { Implicit: false })
            {
                throw new ArgumentException($"--resume continues with the settings of the checkpoint; omit {option.Name} "
                    + "(only --epochs, --data-dir and --threads may change).");
            }
        }
    }
}
