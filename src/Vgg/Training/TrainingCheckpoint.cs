using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>A checkpoint that a <see cref="Trainer{T}"/> left in its folder: weights, buffers, optimizer, position, and how the training was done.</summary>
/// <remarks>
/// To go on with a training:
/// <code>
/// using var checkpoint = TrainingCheckpoint.Open("runs/vgg11-bn");
/// var model   = checkpoint.CreateModel&lt;float&gt;();
/// var trainer = new Trainer&lt;float&gt;(model, data, checkpoint.Options, "runs/vgg11-bn");
/// trainer.Restore(checkpoint);
/// </code>
/// </remarks>
public sealed class TrainingCheckpoint : IDisposable
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "checkpoint.safetensors";

    private readonly SafeTensorsFile file;

    private TrainingCheckpoint(SafeTensorsFile file, TrainingState state) => (this.file, State) = (file, state);

    /// <summary>How the training is done.</summary>
    public TrainingOptions Options => State.Options;

    /// <summary>Where the images come from; null where only the program that trained knows.</summary>
    public DataSource? Data => State.Data;

    /// <summary>The convolution algorithm that was forced; null where each shape chose for itself.</summary>
    public string? ConvolutionAlgorithm => State.ConvolutionAlgorithm;

    /// <summary>The epochs that are over.</summary>
    public IReadOnlyList<EpochResult> Epochs => State.History;

    /// <summary>The steps of the present epoch that are done.</summary>
    public int StepsDone => State.StepsDone;

    /// <summary>The position and all options.</summary>
    internal TrainingState State { get; }

    /// <summary>Whether a folder has a checkpoint.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Opens the checkpoint in a folder and checks it.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is truncated, damaged, or not a checkpoint.</exception>
    public static TrainingCheckpoint Open(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new FileNotFoundException($"Expected the folder of a training with a checkpoint, found no file {path}.");
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

    /// <summary>The model with the weights of the checkpoint.</summary>
    /// <param name="context">Where its tensors live; null for the default.</param>
    /// <exception cref="InvalidDataException">The model was not a <see cref="VggModel{T}"/>.</exception>
    public VggModel<T> CreateModel<T>(ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T> => VggModel.Load<T>(file, context);

    /// <summary>Restores everything that changes by training, but for the position, and checks that the images are those of the checkpoint.</summary>
    internal void Restore<T>(Module<T> model, Sgd<T> optimizer, ImageData data)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ImageDescription.Read(file)?.RequireSame(data.Train, file.Path);
        if (data.Train.Count != State.TrainCount)
            throw new InvalidDataException($"{file.Path}: the training was on {State.TrainCount} images; the data set has {data.Train.Count}.");
        model.Load(file);
        ModelState.LoadPositions(file, model);
        optimizer.Load(file, model);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();
}
