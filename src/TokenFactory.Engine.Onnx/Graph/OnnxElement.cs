namespace TokenFactory.Engine.Onnx.Graph;

/// <summary>TensorProto.DataType.</summary>
internal enum OnnxElement
{
    Float = 1,
    UInt8 = 2,
    Int64 = 7,
}
