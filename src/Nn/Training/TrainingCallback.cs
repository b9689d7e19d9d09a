using System.Numerics;

namespace DeepSharp.Nn;

/// <summary>Methods that <see cref="Trainer{T}.Run"/> calls, on the thread of its caller. Override the ones that are needed.</summary>
public abstract class TrainingCallback<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Called before the first step of each call of <see cref="Trainer{T}.Run"/>.</summary>
    public virtual void OnStart(Trainer<T> trainer)
    {
    }

    /// <summary>Called after each step.</summary>
    /// <param name="trainer">The trainer; <see cref="Trainer{T}.Stop"/> ends the training after the epoch.</param>
    /// <param name="progress">The progress after the step.</param>
    public virtual void OnStep(Trainer<T> trainer, TrainingProgress progress)
    {
    }

    /// <summary>Called after each epoch and its test, before the checkpoint is written.</summary>
    /// <param name="trainer">The trainer; <see cref="Trainer{T}.Stop"/> ends the training after the checkpoint.</param>
    /// <param name="result">The result of the epoch.</param>
    public virtual void OnEpoch(Trainer<T> trainer, EpochResult result)
    {
    }

    /// <summary>Called when the training has ended, but not after an error or cancellation.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="result">The result of the training.</param>
    public virtual void OnEnd(Trainer<T> trainer, TrainingResult result)
    {
    }
}
