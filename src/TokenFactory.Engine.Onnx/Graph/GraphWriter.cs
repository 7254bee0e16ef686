using System.Globalization;
using System.Runtime.InteropServices;
using TokenFactory.Engine.Onnx.Operators;

namespace TokenFactory.Engine.Onnx.Graph;

/// <summary>
/// Assembles an ONNX model (onnx.proto3): opset 21, com.microsoft 1 and operators of our own, weights in one external file. Every call
/// that makes a node returns the name of its output.
/// </summary>
internal sealed class GraphWriter(string weightsFile)
{
    public const string Microsoft = "com.microsoft";

    private readonly ProtoWriter _graph = new();
    private readonly HashSet<string> _constants = [];
    private int _nodes;

    public string Node(string op, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes) => Node("", op, inputs, attributes);

    public string Contrib(string op, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        Node(Microsoft, op, inputs, attributes);

    /// <summary>A node of our own operators, which runs a kernel of the session's <see cref="OperatorSet"/>.</summary>
    public string Own(string op, string input, long kernel) =>
        Node(OperatorSet.Domain, op, [input], OnnxAttribute.Of(OperatorSet.KernelAttribute, kernel));

    /// <summary>A node whose outputs the caller names; an empty name is an output that is not wanted.</summary>
    public void NamedNode(string domain, string op, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        ProtoWriter node = new();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }
        foreach (string output in outputs)
        {
            node.Text(2, output);
        }
        node.Text(3, string.Create(CultureInfo.InvariantCulture, $"{op}_{_nodes++}"));
        node.Text(4, op);
        foreach (OnnxAttribute attribute in attributes)
        {
            node.Message(5, attribute.Message);
        }
        node.Text(7, domain);
        _graph.Message(1, node);
    }

    /// <summary>A float constant scalar, written once per value.</summary>
    public string Constant(float value)
    {
        string name = "f32_" + value.ToString("R", CultureInfo.InvariantCulture);
        if (_constants.Add(name))
        {
            Initializer(name, OnnxElement.Float, [], MemoryMarshal.AsBytes(new ReadOnlySpan<float>(in value)));
        }
        return name;
    }

    /// <summary>A weight that lies in the external file.</summary>
    public string External(string name, OnnxElement type, ReadOnlySpan<long> shape, long offset, long length)
    {
        ProtoWriter tensor = TensorStart(name, type, shape);
        Entry(tensor, "location", weightsFile);
        Entry(tensor, "offset", offset.ToString(CultureInfo.InvariantCulture));
        Entry(tensor, "length", length.ToString(CultureInfo.InvariantCulture));
        tensor.Integer(14, 1);
        _graph.Message(5, tensor);
        return name;
    }

    /// <summary>A graph input; negative extents are left open.</summary>
    public string Input(string name, OnnxElement type, params ReadOnlySpan<long> shape)
    {
        _graph.Message(11, ValueInfo(name, type, shape));
        return name;
    }

    public void Output(string name, OnnxElement type, params ReadOnlySpan<long> shape) => _graph.Message(12, ValueInfo(name, type, shape));

    /// <summary>The finished ModelProto.</summary>
    public byte[] ToModel()
    {
        ProtoWriter model = new();
        model.Integer(1, 10);
        model.Text(2, "TokenFactory");
        _graph.Text(2, "decoder");
        model.Message(7, _graph);
        model.Message(8, Opset("", 21));
        model.Message(8, Opset(Microsoft, 1));
        model.Message(8, Opset(OperatorSet.Domain, 1));
        return model.Written.ToArray();
    }

    private string Node(string domain, string op, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        string output = string.Create(CultureInfo.InvariantCulture, $"{op}_{_nodes}_0");
        NamedNode(domain, op, inputs, [output], attributes);
        return output;
    }

    private static ProtoWriter Opset(string domain, long version)
    {
        ProtoWriter opset = new();
        opset.Text(1, domain);
        opset.Integer(2, version);
        return opset;
    }

    private void Initializer(string name, OnnxElement type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> data)
    {
        ProtoWriter tensor = TensorStart(name, type, shape);
        tensor.Bytes(9, data);
        _graph.Message(5, tensor);
    }

    private static ProtoWriter TensorStart(string name, OnnxElement type, ReadOnlySpan<long> shape)
    {
        ProtoWriter tensor = new();
        foreach (long dimension in shape)
        {
            tensor.Integer(1, dimension);
        }
        tensor.Integer(2, (int)type);
        tensor.Text(8, name);
        return tensor;
    }

    private static void Entry(ProtoWriter tensor, string key, string value)
    {
        ProtoWriter entry = new();
        entry.Text(1, key);
        entry.Text(2, value);
        tensor.Message(13, entry);
    }

    private static ProtoWriter ValueInfo(string name, OnnxElement type, ReadOnlySpan<long> shape)
    {
        ProtoWriter dimensions = new();
        for (int i = 0; i < shape.Length; i++)
        {
            ProtoWriter dimension = new();
            if (shape[i] >= 0)
            {
                dimension.Integer(1, shape[i]);
            }
            else
            {
                dimension.Text(2, string.Create(CultureInfo.InvariantCulture, $"{name}_{i}"));
            }
            dimensions.Message(1, dimension);
        }
        ProtoWriter tensor = new();
        tensor.Integer(1, (int)type);
        tensor.Message(2, dimensions);
        ProtoWriter kind = new();
        kind.Message(1, tensor);
        ProtoWriter info = new();
        info.Text(1, name);
        info.Message(2, kind);
        return info;
    }
}
