namespace DeepSharp.Formats;

/// <summary>The field numbers of the ONNX messages that are read or written (https://github.com/onnx/onnx, onnx.proto).</summary>
internal static class OnnxFields
{
    /// <summary>ModelProto: the whole file.</summary>
    public static class Model
    {
        public const int IrVersion = 1, ProducerName = 2, Graph = 7, OperatorSetImport = 8, MetadataProperties = 14;
    }

    /// <summary>OperatorSetIdProto: a version of a set of operators.</summary>
    public static class OperatorSet
    {
        public const int Domain = 1, Version = 2;
    }

    /// <summary>StringStringEntryProto: an entry of the metadata.</summary>
    public static class Metadata
    {
        public const int Key = 1, Value = 2;
    }

    /// <summary>GraphProto: nodes, constants, inputs and outputs.</summary>
    public static class Graph
    {
        public const int Node = 1, Name = 2, Initializer = 5, Input = 11, Output = 12;
    }

    /// <summary>NodeProto: an operation.</summary>
    public static class Node
    {
        public const int Input = 1, Output = 2, Name = 3, OperatorType = 4, Attribute = 5, Domain = 7;
    }

    /// <summary>AttributeProto: an attribute of a node.</summary>
    public static class Attribute
    {
        public const int Name = 1, Float = 2, Integer = 3, Text = 4, Tensor = 5, Integers = 8, Type = 20;
    }

    /// <summary>TensorProto: a constant.</summary>
    public static class Tensor
    {
        public const int Dimensions = 1, DataType = 2, FloatData = 4, Int32Data = 5, StringData = 6, Int64Data = 7, Name = 8, RawData = 9;
        public const int DoubleData = 10, UInt64Data = 11, ExternalData = 13, DataLocation = 14;
    }

    /// <summary>ValueInfoProto: an input or output of the graph.</summary>
    public static class ValueInfo
    {
        public const int Name = 1, Type = 2;
    }

    /// <summary>TypeProto: the type of a value, here always a tensor.</summary>
    public static class Type
    {
        public const int Tensor = 1;
    }

    /// <summary>TypeProto.Tensor: element type and shape.</summary>
    public static class TensorType
    {
        public const int ElementType = 1, Shape = 2;
    }

    /// <summary>TensorShapeProto and its Dimension: each length is a number, or a name if it is not fixed.</summary>
    public static class TensorShape
    {
        public const int Dimension = 1, DimensionValue = 1, DimensionParameter = 2;
    }
}
