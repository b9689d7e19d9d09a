using System.CommandLine;
using DeepSharp.Cli.Commands;
using DeepSharp.Cli.Output;

RootCommand root = new("VGG networks in pure .NET: train, evaluate and inspect them.")
{
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    PredictCommand.Create(),
    InspectCommand.Create(),
    ConvertCommand.Create(),
    SummaryCommand.Create(),
    InfoCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0) return Failure.WrongUsage(parsed);
try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e)
{
    return Failure.Report(e);
}
