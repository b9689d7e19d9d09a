using Xunit.Sdk;
using Xunit.v3;

// Each command uses all processors. Commands that run at the same time would only slow each other down.
[assembly: Parallelization(Mode = ParallelMode.None)]
