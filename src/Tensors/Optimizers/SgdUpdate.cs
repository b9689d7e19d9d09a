namespace DeepSharp.Tensors;

/// <summary>The numbers of one step of stochastic gradient descent for one tensor.</summary>
/// <param name="LearningRate">The length of the step.</param>
/// <param name="Momentum">Momentum: the factor of the old velocity.</param>
/// <param name="Dampening">The part of the gradient that is not added to the velocity.</param>
/// <param name="WeightDecay">The factor of the weight that is added to its gradient.</param>
/// <param name="Nesterov">Whether the step looks ahead along the velocity.</param>
/// <param name="IsFirst">Whether there is no velocity yet, so that it becomes the gradient.</param>
public readonly record struct SgdUpdate(double LearningRate, double Momentum, double Dampening, double WeightDecay, bool Nesterov, bool IsFirst);
