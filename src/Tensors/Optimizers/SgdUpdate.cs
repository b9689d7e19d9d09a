namespace DeepSharp.Tensors;

/// <summary>The hyperparameters of one step of stochastic gradient descent for one tensor.</summary>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="Momentum">Momentum: the factor of the old velocity.</param>
/// <param name="Dampening">Dampening: the fraction of the gradient that is not added to the velocity.</param>
/// <param name="WeightDecay">Weight decay: the multiple of the weight that is added to its gradient.</param>
/// <param name="Nesterov">Whether to use Nesterov momentum, which looks ahead along the velocity.</param>
/// <param name="IsFirst">Whether this is the first step, which sets the velocity to the gradient plus weight decay.</param>
public readonly record struct SgdUpdate(
    double LearningRate, double Momentum, double Dampening, double WeightDecay, bool Nesterov, bool IsFirst);
