using System.Numerics;
using DeepSharp.Autograd;

namespace DeepSharp.Vgg;

/// <summary>Changes parameters by their gradients.</summary>
public abstract class Optimizer<T> : IOptimizer, IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>An optimizer of some groups of parameters.</summary>
    /// <exception cref="ArgumentException">There is no parameter, or one appears twice.</exception>
    protected Optimizer(IEnumerable<ParameterGroup<T>> groups)
    {
        Groups = [.. groups];
        HashSet<Parameter<T>> seen = new(ReferenceEqualityComparer.Instance);
        foreach (var parameter in Groups.SelectMany(group => group.Parameters))
        {
            if (!seen.Add(parameter)) throw new ArgumentException($"{GetType().Name.Split('`')[0]}: a parameter {parameter.Shape} appears twice in the groups.");
        }

        if (seen.Count == 0) throw new ArgumentException($"{GetType().Name.Split('`')[0]}: there are no parameters to optimize.");
    }

    /// <summary>The groups of parameters. Their rates may be changed between steps.</summary>
    public IReadOnlyList<ParameterGroup<T>> Groups { get; }

    IReadOnlyList<ParameterGroup> IOptimizer.Groups => Groups;

    /// <summary>Updates every parameter that has a gradient which no step has used, and uses it up.</summary>
    public void Step()
    {
        for (int i = 0; i < Groups.Count; i++)
        {
            var group = Groups[i];
            for (int k = 0; k < group.Parameters.Count; k++)
            {
                var parameter = group.Parameters[k];
                if (!parameter.HasFreshGradient) continue;
                Update(parameter, group);
                parameter.UseUpGradient();
            }
        }
    }

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGradients()
    {
        foreach (var group in Groups)
        {
            foreach (var parameter in group.Parameters) parameter.ZeroGradient();
        }
    }

    /// <summary>Adds the optimizer's state to what a checkpoint will hold, by the model's keys.</summary>
    /// <param name="writer">What the checkpoint will hold.</param>
    /// <param name="model">The model whose parameters are optimized.</param>
    public abstract void AddTo(SafeTensorsWriter writer, Module<T> model);

    /// <summary>Restores the state that <see cref="AddTo"/> left in a checkpoint.</summary>
    /// <param name="file">The checkpoint.</param>
    /// <param name="model">The model whose parameters are optimized.</param>
    /// <exception cref="InvalidDataException">The state does not fit the model.</exception>
    public abstract void Load(SafeTensorsFile file, Module<T> model);

    /// <summary>Gives the memory of the state back; the parameters stay.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Updates one parameter by its gradient.</summary>
    protected abstract void Update(Parameter<T> parameter, ParameterGroup<T> group);

    /// <summary>Gives the memory of the state back.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
