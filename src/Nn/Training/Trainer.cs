using System.Diagnostics;
using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Data;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>Trains a classifier in epochs of shuffled batches, with a test and a checkpoint after each epoch.</summary>
/// <remarks>
/// The order of the images, their augmentation and the elements that dropout drops are functions of seeds, epoch and step. A training run
/// that resumes from a checkpoint at any step therefore continues, bit for bit, as if never interrupted, given the same vector width.
/// </remarks>
public sealed class Trainer<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Methods are still being compiled in the first steps of a trainer. Rates and profiles exclude these steps.
    private const int WarmUpSteps = 5;

    private readonly Module<T> model;
    private readonly ImageData data;
    private readonly TrainingOptions<T> options;
    private readonly string? folder;
    private readonly ComputeContext context;
    private readonly Optimizer<T> optimizer;
    private readonly LearningRateSchedule schedule;
    private readonly int stepsPerEpoch;

    // The position of the training run.
    private readonly List<EpochResult> history = [];
    private int stepsDone;
    private double lossSum;
    private TimeSpan stepTime, epochTime;
    private bool stopped;

    // The warm-up steps left, and the images and time of the current epoch up to the end of the warm-up.
    private int stepsToWarmUp = WarmUpSteps, warmUpImages;
    private TimeSpan warmUpTime;

    /// <summary>Creates a trainer at the first step of a training run.</summary>
    /// <param name="model">A model that maps images [N, C, H, W] to scores [N, classes]; training changes it.</param>
    /// <param name="data">The training and test images.</param>
    /// <param name="options">How to train; null for the defaults.</param>
    /// <param name="folder">
    /// The folder for <c>checkpoint.safetensors</c> and <c>metrics.jsonl</c>, created if needed; null to write no files.
    /// <see cref="Run"/> replaces existing files.
    /// </param>
    /// <exception cref="ArgumentException">An option is invalid.</exception>
    /// <exception cref="ShapeException">
    /// The model does not accept the shape of the images, or the last batch is too small to train on.
    /// </exception>
    public Trainer(Module<T> model, ImageData data, TrainingOptions<T>? options = null, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new TrainingOptions<T>();
        if (options.Epochs < 1)
            throw new ArgumentException($"Training: the number of epochs must be at least 1, found {options.Epochs}.", nameof(options));
        (this.model, this.data, this.options, this.folder) = (model, data, options, folder);
        context = model.Context;
        string[] metrics = [.. options.Metrics.Select(make => make().Name)];
        if (metrics.Distinct().Count() < metrics.Length)
        {
            throw new ArgumentException(
                $"Training: the names of metrics must differ, found {string.Join(", ", metrics)}.", nameof(options));
        }

        var batches = Batches(epoch: 0, firstBatch: 0);
        stepsPerEpoch = batches.EpochLength;
        RequireShapes(batches);
        optimizer = options.CreateOptimizer(model);
        schedule = options.CreateSchedule(optimizer);
        // The first rate of a schedule may differ from that of the optimizer, as in a warm-up.
        schedule.Position = 0;
    }

    /// <summary>The source of the images if it is a named data set; null otherwise. It is only stored in checkpoints.</summary>
    public DataSource? Source { get; init; }

    /// <summary>The results of the completed epochs.</summary>
    public IReadOnlyList<EpochResult> History => history;

    /// <summary>Restores a checkpoint: model, optimizer, schedule and position.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, the checkpoint belongs to another model, or the images differ in number, size, classes or normalization.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The options, or the classes of optimizer and schedule, differ from those of the checkpoint. Only the number of epochs may differ. It
    /// must include every epoch that has begun.
    /// </exception>
    public void Restore(TrainingCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var state = checkpoint.State;
        if (options.Numbers with { Epochs = state.Options.Epochs } != state.Options)
        {
            throw new ArgumentException(
                "Training: the options differ from those of the checkpoint; only the number of epochs may differ.", nameof(checkpoint));
        }

        if (state.Optimizer is { } trainedBy && (trainedBy, state.Schedule) != (optimizer.Kind, schedule.Kind))
        {
            throw new ArgumentException(
                $"Training: the checkpoint uses {trainedBy} with {state.Schedule}, " +
                $"this training run uses {optimizer.Kind} with {schedule.Kind}.",
                nameof(checkpoint));
        }

        int begun = state.History.Count + (state.StepsDone > 0 ? 1 : 0);
        if (options.Epochs < begun)
        {
            throw new ArgumentException(
                $"Training: the number of epochs is {options.Epochs}, but the checkpoint is already in epoch {begun}.", nameof(checkpoint));
        }

        checkpoint.Restore(model, optimizer, schedule, data);
        history.Clear();
        history.AddRange(state.History);
        (stepsDone, lossSum) = (state.StepsDone, state.LossSum);
        (stepTime, epochTime) = (TimeSpan.FromSeconds(state.StepSeconds), TimeSpan.FromSeconds(state.EpochSeconds));
    }

    /// <summary>
    /// Ends the training after the current epoch. Callbacks can call it, for example when the loss stops falling. A call in
    /// <see cref="TrainingCallback{T}.OnStart"/> ends the training before its first step.
    /// </summary>
    public void Stop() => stopped = true;

    /// <summary>
    /// Trains for all remaining epochs or until <see cref="Stop"/>. Writes a checkpoint at the beginning, after every epoch, and on
    /// cancellation.
    /// </summary>
    /// <param name="progress">Receives a report after every step and every epoch, on the calling thread.</param>
    /// <param name="cancellationToken">Cancels the training after the current step, or during a test.</param>
    /// <exception cref="OperationCanceledException">The training was canceled; the checkpoint stores its position.</exception>
    /// <exception cref="TrainingDivergedException">
    /// The loss or a weight became infinite or not a number; the last checkpoint is left as it is. Weights are checked before each
    /// checkpoint.
    /// </exception>
    /// <exception cref="IOException">A file cannot be written. The folder has either the last checkpoint or the new one.</exception>
    public TrainingResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        // Save before computing anything, to detect a read-only folder or a full disk at once.
        if (history.Count < options.Epochs) Save();
        stopped = false;
        foreach (var callback in options.Callbacks) callback.OnStart(this);
        while (history.Count < options.Epochs && !stopped)
        {
            var (watch, timeBefore) = (Stopwatch.StartNew(), epochTime);
            try
            {
                RunSteps(progress, cancellationToken);
                var test = Test(cancellationToken);
                EndEpoch(test, timeBefore + watch.Elapsed, progress);
            }
            catch (OperationCanceledException)
            {
                if (stepsDone > 0) epochTime = timeBefore + watch.Elapsed;
                Save();
                throw;
            }

            Save();
        }

        string? checkpoint = folder is null ? null : Path.Combine(folder, TrainingCheckpoint.FileName);
        var result = new TrainingResult([.. history], (long)stepsPerEpoch * history.Count, checkpoint, model.State().Sha256());
        foreach (var callback in options.Callbacks) callback.OnEnd(this, result);
        return result;
    }

    /// <summary>Releases the memory of the optimizer, but not of the model.</summary>
    public void Dispose() => optimizer.Dispose();

    /// <summary>Throws if the model does not accept the shape of the first or the last batch.</summary>
    private void RequireShapes(BatchLoader<T> batches)
    {
        int last = Math.Min(options.BatchSize, data.Train.Count - ((stepsPerEpoch - 1) * options.BatchSize));
        try
        {
            foreach (int count in new[] { batches.ImageShape[0], last })
            {
                // Enumerating the layers computes only shapes.
                _ = model.Layers(batches.ImageShape.With(0, count), Mode.Training).Count();
            }
        }
        catch (NotSupportedException)
        {
            // A custom module need not state its output shape. A wrong shape is then detected only when a batch is computed.
        }
    }

    private void RunSteps(IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
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
            foreach (var callback in options.Callbacks) callback.OnStep(this, Progress());
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private bool WaitForNext(IEnumerator<ImageBatch<T>> batches)
    {
        using var profile = context.Profile("BatchLoader", "wait");
        return batches.MoveNext();
    }

    private EvaluationResult Test(CancellationToken cancellationToken)
    {
        var profiler = context.Options.Profiler;
        bool wasOn = profiler?.IsOn ?? false;
        profiler?.IsOn = false;
        try
        {
            var measured = new EvaluationOptions<T> { Loss = options.Loss, Metrics = [.. options.Metrics.Select(make => make())] };
            return model.Evaluate(data.Test, measured, cancellationToken);
        }
        finally
        {
            profiler?.IsOn = wasOn;
        }
    }

    private void EndEpoch(EvaluationResult test, TimeSpan time, IProgress<TrainingProgress>? progress)
    {
        if (!double.IsFinite(test.Loss)) throw Diverged($"the loss is {test.Loss} in the test after epoch {history.Count + 1}");
        var now = Progress();
        var result = new EpochResult(
            now.Epoch, now.Loss, test.Loss, test.Accuracy, optimizer.Groups[0].LearningRate, now.ImagesPerSecond, time.TotalSeconds,
            test.Metrics);
        progress?.Report(now with { Result = result });
        history.Add(result);
        schedule.Step();
        (stepsDone, lossSum, stepTime, epochTime) = (0, 0, TimeSpan.Zero, TimeSpan.Zero);
        (warmUpImages, warmUpTime) = (0, TimeSpan.Zero);
        // The callbacks are called last, so that an exception in one leaves the training run at the end of the epoch.
        foreach (var callback in options.Callbacks) callback.OnEpoch(this, result);
    }

    private double Step(ImageBatch<T> batch)
    {
        using var tape = new Tape<T>(Mode.Training);
        var logits = model.Forward(tape.Input(batch.Images));
        var loss = options.Loss is { } custom ? custom(logits, batch.Labels) : logits.CrossEntropy(batch.Labels);
        double value = double.CreateChecked(loss.Value.ToScalar());
        if (!double.IsFinite(value))
            throw Diverged($"the loss is {value} at epoch {history.Count + 1}, step {stepsDone + 1} of {stepsPerEpoch}");
        tape.Backward(loss);
        optimizer.Step();
        return value;
    }

    private BatchLoader<T> Batches(int epoch, int firstBatch) =>
        data.Train.Batches<T>(options.BatchSize, options.Augment, epoch, options.Seed, firstBatch, options.DropLast, context);

    private int ImagesDone => Math.Min(stepsDone * options.BatchSize, data.Train.Count);

    // As long as all steps of the epoch are warm-up steps, the rate is that of these steps.
    private double ImagesPerSecond =>
        ImagesDone > warmUpImages ? (ImagesDone - warmUpImages) / (stepTime - warmUpTime).TotalSeconds : ImagesDone / stepTime.TotalSeconds;

    private TrainingProgress Progress()
    {
        int stepsLeft = ((options.Epochs - history.Count) * stepsPerEpoch) - stepsDone;
        // Assumes that each test takes as long as the last one.
        double secondsPerTest = history is [.., var last] ? last.Seconds - (data.Train.Count / last.ImagesPerSecond) : 0;
        double secondsOfTests = Math.Max(0, secondsPerTest) * (options.Epochs - history.Count);
        return new TrainingProgress
        {
            Epoch = history.Count + 1,
            Epochs = options.Epochs,
            Step = stepsDone,
            Steps = stepsPerEpoch,
            Loss = lossSum / ImagesDone,
            ImagesPerSecond = ImagesPerSecond,
            Remaining = (stepTime / stepsDone * stepsLeft) + TimeSpan.FromSeconds(secondsOfTests),
        };
    }

    private TrainingDivergedException Diverged(string symptom)
    {
        string kept = folder is null ? "" : $" The checkpoint in {folder} is the last good one.";
        double rate = optimizer.Groups[0].LearningRate;
        return new TrainingDivergedException($"The training diverged: {symptom}. Try a learning rate below {rate}.{kept}");
    }

    /// <summary>Throws if a parameter is infinite or not a number. The loss does not show this before the next step.</summary>
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
        try
        {
            TrainingCheckpoint.Write(folder, model, optimizer, schedule, ImagePreprocessing.Of(data.Train), State());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The checkpoint cannot be written to {folder}: {e.Message}", e);
        }
    }

    private TrainingState State() => new()
    {
        Options = options.Numbers,
        Data = Source,
        TrainCount = data.Train.Count,
        ConvolutionAlgorithm = context.Options.ConvolutionAlgorithm,
        Optimizer = optimizer.Kind,
        Schedule = schedule.Kind,
        History = history,
        StepsDone = stepsDone,
        LossSum = lossSum,
        StepSeconds = stepTime.TotalSeconds,
        EpochSeconds = epochTime.TotalSeconds,
    };
}
