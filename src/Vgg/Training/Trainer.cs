using System.Diagnostics;
using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Trains a classifier by stochastic gradient descent: epochs of shuffled batches, a test after each, and a checkpoint.</summary>
/// <remarks>
/// The order of the images, their random changes and dropped elements are functions of seeds, epoch and step. So a training that goes on from a
/// checkpoint, wherever it was stopped, comes to the same bits as one that was never stopped.
/// </remarks>
public sealed class Trainer<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Steps of a run in which methods are still being compiled: rates and profiles are of those after them.
    private const int WarmUpSteps = 5;

    private readonly Module<T> model;
    private readonly ImageData data;
    private readonly TrainingOptions options;
    private readonly string? folder;
    private readonly ComputeContext context;
    private readonly Sgd<T> optimizer;
    private readonly StepSchedule schedule;
    private readonly int stepsPerEpoch;

    // Where the training stands.
    private readonly List<EpochResult> history = [];
    private int stepsDone;
    private double lossSum;
    private TimeSpan stepTime, epochTime;

    // What of the present epoch was warming up.
    private int stepsToWarmUp = WarmUpSteps, warmUpImages;
    private TimeSpan warmUpTime;

    /// <summary>A training that has not begun.</summary>
    /// <param name="model">From images [N, C, H, W] to scores [N, classes]; training changes it.</param>
    /// <param name="data">The images to learn from and those to be judged by.</param>
    /// <param name="options">How to train; null for the defaults.</param>
    /// <param name="folder">Where <c>checkpoint.safetensors</c> and <c>metrics.jsonl</c> are written; null for none. What was there is replaced.</param>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public Trainer(Module<T> model, ImageData data, TrainingOptions? options = null, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new TrainingOptions();
        if (options.Epochs < 1) throw new ArgumentException($"Training: the number of epochs must be at least 1, found {options.Epochs}.");
        (this.model, this.data, this.options, this.folder) = (model, data, options, folder);
        context = ModelState.ContextOf(model);
        stepsPerEpoch = Batches(epoch: 0, firstBatch: 0).EpochLength;
        optimizer = new Sgd<T>(model.Parameters(), options.LearningRate, options.Momentum, weightDecay: options.WeightDecay);
        schedule = new StepSchedule(optimizer, options.StepSize, options.Gamma);
    }

    /// <summary>Where the images come from, if it is one of the data sets with a name: checkpoints remember it.</summary>
    public DataSource? Source { get; init; }

    /// <summary>Goes to where a checkpoint was written: model, optimizer and position.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is of another model or other images.</exception>
    /// <exception cref="ArgumentException">The options are not the checkpoint's; only the number of epochs may differ, and not be less than those begun.</exception>
    public void Restore(TrainingCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var state = checkpoint.State;
        if (options with { Epochs = state.Options.Epochs } != state.Options)
            throw new ArgumentException("Training: the options are not those of the checkpoint; only the number of epochs may differ.");
        int begun = state.History.Count + (state.StepsDone > 0 ? 1 : 0);
        if (options.Epochs < begun) throw new ArgumentException($"Training: the number of epochs is {options.Epochs}, but the checkpoint is in epoch {begun} already.");
        checkpoint.Restore(model, optimizer, data);
        history.Clear();
        history.AddRange(state.History);
        schedule.Position = history.Count;
        (stepsDone, lossSum) = (state.StepsDone, state.LossSum);
        (stepTime, epochTime) = (TimeSpan.FromSeconds(state.StepSeconds), TimeSpan.FromSeconds(state.EpochSeconds));
    }

    /// <summary>Trains until the last epoch is over. A checkpoint is written at the beginning, after every epoch, and when it is cancelled.</summary>
    /// <param name="progress">Told of every step and every epoch, on this thread.</param>
    /// <param name="cancellation">Ends the training after the step that is being computed, or while testing.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; the checkpoint holds where it was.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number; the last checkpoint is left as it is.</exception>
    /// <exception cref="IOException">A file cannot be written; the last checkpoint is left as it is.</exception>
    public TrainingResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        // Before anything is computed, so that a folder that cannot be written or a full disk is found at once.
        if (history.Count < options.Epochs) Save();
        while (history.Count < options.Epochs)
        {
            try
            {
                RunEpoch(progress, cancellation);
            }
            catch (OperationCanceledException)
            {
                Save();
                throw;
            }

            Save();
        }

        string? checkpoint = folder is null ? null : Path.Combine(folder, TrainingCheckpoint.FileName);
        return new TrainingResult([.. history], (long)stepsPerEpoch * history.Count, checkpoint, WeightsHash.Compute(model));
    }

    /// <summary>Gives the memory of the optimizer back; the model stays.</summary>
    public void Dispose() => optimizer.Dispose();

    private void RunEpoch(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var (watch, timeBefore) = (Stopwatch.StartNew(), epochTime);
        try
        {
            RunSteps(progress, cancellation);
            var test = Test(cancellation);
            if (!double.IsFinite(test.Loss)) throw Diverged($"the loss is {test.Loss} in the test after epoch {history.Count + 1}");
            var now = Progress();
            var result = new EpochResult(
                now.Epoch, now.Loss, test.Loss, test.Accuracy, optimizer.Groups[0].LearningRate, now.ImagesPerSecond, (timeBefore + watch.Elapsed).TotalSeconds);
            progress?.Report(now with { Result = result });
            history.Add(result);
            schedule.Step();
            (stepsDone, lossSum, stepTime, epochTime) = (0, 0, TimeSpan.Zero, TimeSpan.Zero);
            (warmUpImages, warmUpTime) = (0, TimeSpan.Zero);
        }
        catch
        {
            epochTime = timeBefore + watch.Elapsed;
            throw;
        }
    }

    private void RunSteps(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var (watch, timeBefore) = (Stopwatch.StartNew(), stepTime);
        using var batches = Batches(history.Count, stepsDone).GetEnumerator();
        while (WaitForNext(batches))
        {
            using (context.ProfileStep()) lossSum += Step(batches.Current) * batches.Current.Count;
            stepsDone++;
            stepTime = timeBefore + watch.Elapsed;
            if (stepsToWarmUp > 0 && --stepsToWarmUp == 0)
            {
                (warmUpImages, warmUpTime) = (ImagesDone, stepTime);
                context.Options.Profiler?.Reset();
            }

            progress?.Report(Progress());
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private bool WaitForNext(IEnumerator<Batch<T>> batches)
    {
        using var profile = context.Profile("BatchLoader", "wait");
        return batches.MoveNext();
    }

    private EvaluationResult Test(CancellationToken cancellation)
    {
        var profiler = context.Options.Profiler;
        profiler?.IsOn = false;
        try
        {
            return model.Evaluate(data.Test, cancellation: cancellation);
        }
        finally
        {
            profiler?.IsOn = true;
        }
    }

    private double Step(Batch<T> batch)
    {
        using var tape = new Tape<T>(Mode.Training);
        var loss = model.Forward(tape.Input(batch.Images)).CrossEntropy(batch.Labels);
        double value = double.CreateChecked(loss.Value.ToScalar());
        if (!double.IsFinite(value)) throw Diverged($"the loss is {value} at epoch {history.Count + 1}, step {stepsDone + 1} of {stepsPerEpoch}");
        tape.Backward(loss);
        optimizer.Step();
        return value;
    }

    private BatchLoader<T> Batches(int epoch, int firstBatch) =>
        data.Train.Batches<T>(options.BatchSize, options.Augment, epoch, options.Seed, firstBatch, dropLast: false, context);

    private int ImagesDone => Math.Min(stepsDone * options.BatchSize, data.Train.Count);

    // A run of fewer steps than warm it up has nothing better to say.
    private double ImagesPerSecond =>
        ImagesDone > warmUpImages ? (ImagesDone - warmUpImages) / (stepTime - warmUpTime).TotalSeconds : ImagesDone / stepTime.TotalSeconds;

    private TrainingProgress Progress()
    {
        int stepsLeft = ((options.Epochs - history.Count) * stepsPerEpoch) - stepsDone;
        // Tests take as long as the last one did.
        double secondsPerTest = history is [.., var last] ? last.Seconds - (data.Train.Count / last.ImagesPerSecond) : 0;
        return new TrainingProgress
        {
            Epoch = history.Count + 1,
            Epochs = options.Epochs,
            Step = stepsDone,
            Steps = stepsPerEpoch,
            Loss = lossSum / ImagesDone,
            ImagesPerSecond = ImagesPerSecond,
            Remaining = (stepTime / stepsDone * stepsLeft) + TimeSpan.FromSeconds(Math.Max(0, secondsPerTest) * (options.Epochs - history.Count)),
        };
    }

    private TrainingDivergedException Diverged(string sign)
    {
        string kept = folder is null ? "" : $" The checkpoint in {folder} is the last good one.";
        return new TrainingDivergedException($"The training diverged: {sign}. Try a learning rate below {optimizer.Groups[0].LearningRate}.{kept}");
    }

    /// <summary>Throws if a step has made a weight infinite or not a number, which the loss of the next one would show.</summary>
    private void RequireFiniteWeights()
    {
        foreach (var (name, parameter) in model.NamedParameters())
        {
            // A sum is finite only if all of its terms are.
            using var sum = context.Kernels.Sum(parameter.Value, AxisSet.Of(parameter.Shape, []), keepDims: false);
            if (T.IsFinite(sum.ToScalar())) continue;
            var (epoch, step) = stepsDone > 0 ? (history.Count + 1, stepsDone) : (history.Count, stepsPerEpoch);
            throw Diverged($"{name} is not finite after epoch {epoch}, step {step}");
        }
    }

    private void Save()
    {
        if (folder is null) return;
        RequireFiniteWeights();
        var writer = new SafeTensorsWriter();
        model.AddTo(writer);
        ModelState.AddPositions(writer, model);
        optimizer.AddTo(writer, model);
        ImageDescription.Of(data.Train).Write(writer.Metadata);
        State().Write(writer.Metadata);
        try
        {
            Directory.CreateDirectory(folder);
            writer.Save(Path.Combine(folder, TrainingCheckpoint.FileName));
            MetricsFile.Write(folder, history);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The checkpoint cannot be written to {folder}: {e.Message}", e);
        }
    }

    private TrainingState State() => new()
    {
        Options = options,
        Data = Source,
        TrainCount = data.Train.Count,
        ConvolutionAlgorithm = context.Options.ConvolutionAlgorithm,
        History = history,
        StepsDone = stepsDone,
        LossSum = lossSum,
        StepSeconds = stepTime.TotalSeconds,
        EpochSeconds = epochTime.TotalSeconds,
    };
}
