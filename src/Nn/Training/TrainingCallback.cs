using System.Numerics;

namespace DeepSharp.Nn;

/// <summary>Methods that a <see cref="Trainer{T}"/> calls while it trains, on its thread. Override the ones that are needed.</summary>
public abstract class TrainingCallback<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Called before the first step of a run.</summary>
    public virtual void OnStart(Trainer<T> trainer)
    {
    }

    /// <summary>Called after each step.</summary>
    /// <param name="trainer">The trainer; <see cref="Trainer{T}.Stop"/> ends the training after the epoch.</param>
    /// <param name="progress">The progress of the training.</param>
    public virtual void OnStep(Trainer<T> trainer, TrainingProgress progress)
    {
    }

    /// <summary>Called after each epoch and its test, before the checkpoint is written.</summary>
    /// <param name="trainer">The trainer; <see cref="Trainer{T}.Stop"/> ends the training.</param>
    /// <param name="result">The result of the epoch.</param>
    public virtual void OnEpoch(Trainer<T> trainer, EpochResult result)
    {
    }

    /// <summary>Called when the training has ended without an error.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="result">The result of the training.</param>
    public virtual void OnEnd(Trainer<T> trainer, TrainingResult result)
    {
    }
}
