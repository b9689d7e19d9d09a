using Xunit.Sdk;
using Xunit.v3;

// Each command uses all processors. Two commands at once would only slow each other down.
[assembly: Parallelization(Mode = ParallelMode.None)]
