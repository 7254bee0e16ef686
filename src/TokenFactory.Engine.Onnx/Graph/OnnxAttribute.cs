namespace TokenFactory.Engine.Onnx.Graph;

/// <summary>A node's attribute (AttributeProto), already encoded.</summary>
internal readonly struct OnnxAttribute
{
    private const int FloatType = 1;
    private const int IntType = 2;

    private OnnxAttribute(ProtoWriter message) => Message = message;

    public ProtoWriter Message { get; }

    public static OnnxAttribute Of(string name, float value)
    {
        ProtoWriter message = Start(name, FloatType);
        message.Float(2, value);
        return new OnnxAttribute(message);
    }

    public static OnnxAttribute Of(string name, long value)
    {
        ProtoWriter message = Start(name, IntType);
        message.Integer(3, value);
        return new OnnxAttribute(message);
    }

    private static ProtoWriter Start(string name, int type)
    {
        ProtoWriter message = new();
        message.Text(1, name);
        message.Integer(20, type);
        return message;
    }
}
