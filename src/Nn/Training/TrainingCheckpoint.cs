using System.Numerics;
using System.Text.Json;
using DeepSharp.Data;
using DeepSharp.Formats;

namespace DeepSharp.Nn;

/// <summary>A checkpoint that a <see cref="Trainer{T}"/> wrote to its folder: model, optimizer, schedule, position, and options.</summary>
/// <remarks>
/// To resume a training run:
/// <code>
/// var checkpoint = TrainingCheckpoint.Open("runs/vgg11-bn");
/// var model   = checkpoint.CreateModel&lt;float&gt;();   // of DeepSharp.Vgg; for a custom model: create it, model.Load(checkpoint.File)
/// var trainer = new Trainer&lt;float&gt;(model, data, new(checkpoint.Options), "runs/vgg11-bn");
/// trainer.Restore(checkpoint);
/// checkpoint.Dispose();   // some systems cannot replace an open file
/// </code>
/// Pass all functions of the options again (optimizer, schedule, loss, metrics, callbacks), and freeze the same modules again. The file is
/// a safetensors file. It stores the model's state under the model's names, and the state of the training run under names that begin with
/// <c>training.</c>.
/// </remarks>
public sealed class TrainingCheckpoint : IDisposable
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "checkpoint.safetensors";

    /// <summary>The metadata key of the position, options and results of the training run, in JSON.</summary>
    public const string MetadataKey = "training";

    private const string MetricsName = "metrics.jsonl";
    private const string Training = "training.", Positions = Training + "model.";
    private const string Optimizer = Training + "optimizer.", Schedule = Training + "schedule.";

    private TrainingCheckpoint(WeightsFile file, TrainingState state) => (File, State) = (file, state);

    /// <summary>The file, open until the checkpoint is disposed.</summary>
    public WeightsFile File { get; }

    /// <summary>The options of the training run.</summary>
    public TrainingOptions Options => State.Options;

    /// <summary>The source of the images; null if it is not a named data set.</summary>
    public DataSource? Data => State.Data;

    /// <summary>The convolution algorithm that was forced; null if it was chosen for each shape.</summary>
    public string? ConvolutionAlgorithm => State.ConvolutionAlgorithm;

    /// <summary>The results of the completed epochs.</summary>
    public IReadOnlyList<EpochResult> Epochs => State.History;

    /// <summary>The completed steps of the current epoch.</summary>
    public int StepsDone => State.StepsDone;

    /// <summary>The position, the options and the results.</summary>
    internal TrainingState State { get; }

    /// <summary>Whether a folder contains a checkpoint.</summary>
    public static bool Exists(string folder) => System.IO.File.Exists(Path.Combine(folder, FileName));

    /// <summary>Opens the checkpoint in a folder and checks it.</summary>
    /// <exception cref="FileNotFoundException">The folder contains no checkpoint.</exception>
    /// <exception cref="IOException">The checkpoint cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is truncated, damaged, or not a checkpoint.</exception>
    public static TrainingCheckpoint Open(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!System.IO.File.Exists(path))
            throw new FileNotFoundException($"Expected the folder of a training run with a checkpoint, found no file {path}.");
        var file = SafeTensorsFile.Open(path);
        try
        {
            return new TrainingCheckpoint(file, TrainingState.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => File.Dispose();

    /// <summary>Writes the checkpoint, and then <c>metrics.jsonl</c> with one line per completed epoch, to a folder.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    internal static void Write<T>(
        string folder, Module<T> model, Optimizer<T> optimizer, LearningRateSchedule schedule, ImagePreprocessing images,
        TrainingState state)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var all = model.State();
        all.AddAll(Positions, model.Positions());
        all.AddAll(Optimizer, optimizer.State(model));
        all.AddAll(Schedule, schedule.State());
        var writer = new SafeTensorsWriter();
        all.AddTo(writer);
        model.Describe(writer.Metadata);
        images.Write(writer.Metadata);
        state.Write(writer.Metadata);
        Directory.CreateDirectory(folder);
        writer.Save(Path.Combine(folder, FileName));
        // Rewrite the whole file, to prevent duplicate lines and to remove lines of later epochs, which a killed run may have left.
        AtomicFile.Write(Path.Combine(folder, MetricsName), stream =>
        {
            foreach (var epoch in state.History)
            {
                JsonSerializer.Serialize(stream, epoch, TrainingJson.Default.EpochResult);
                stream.WriteByte((byte)'\n');
            }
        });
    }

    /// <summary>
    /// Restores the model, the positions in random streams, the optimizer and the schedule, but not the position of the trainer. Checks
    /// that the images have the size, classes, normalization and number that the checkpoint states.
    /// </summary>
    internal void Restore<T>(Module<T> model, Optimizer<T> optimizer, LearningRateSchedule schedule, ImageData data)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ImagePreprocessing.Read(File)?.RequireSame(data.Train, File.Path);
        if (data.Train.Count != State.TrainCount)
        {
            throw new InvalidDataException(
                $"{File.Path}: the model was trained on {State.TrainCount} images; the data set has {data.Train.Count}.");
        }

        model.Load(File);
        var state = StateDict.Of(File);
        try
        {
            if (state.Names.Any(name => name.StartsWith(Schedule, StringComparison.Ordinal)))
            {
                model.Positions().Load(state.Section(Positions));
                optimizer.Load(state.Section(Optimizer), model);
                schedule.Load(state.Section(Schedule));
            }
            else
            {
                RestoreFirstVersion(model, optimizer, schedule, state.Section(Training));
            }
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(File.Path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{File.Path}: {e.Message}", e);
        }
    }

    // Version 0.1 supported only SGD with a step schedule, and stored positions in random streams and slots under one prefix.
    private void RestoreFirstVersion<T>(Module<T> model, Optimizer<T> optimizer, LearningRateSchedule schedule, StateDict training)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const string Momentum = "momentum.";
        var positions = model.Positions();
        var slots = new StateDict();
        slots.AddAll(Momentum, training.Section(Momentum));
        optimizer.Load(slots, model);
        foreach (var (name, position) in positions)
        {
            if (!training.TryGet(name, out var saved))
                throw new InvalidDataException($"there is no tensor \"{Training}{name}\".");
            position.Integer = saved.Integer;
        }

        schedule.Position = State.History.Count;
    }

    /// <summary>Whether an entry of a checkpoint belongs to the training run and not to the model.</summary>
    internal static bool IsTrainingEntry(string name) => name.StartsWith(Training, StringComparison.Ordinal);
}

/// <summary>Separates the model in a file of weights from the state of a training run.</summary>
public static class WeightsFileExtensions
{
    /// <summary>
    /// The file without the state and the metadata of a training run: only the model of a checkpoint, and any other file unchanged.
    /// </summary>
    public static WeightsFile WithoutTraining(this WeightsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!file.Metadata.ContainsKey(TrainingCheckpoint.MetadataKey)) return file;
        return file.View(
            file.Tensors.Values.Where(tensor => !TrainingCheckpoint.IsTrainingEntry(tensor.Name)),
            file.Metadata.Where(pair => pair.Key != TrainingCheckpoint.MetadataKey).ToDictionary());
    }
}
