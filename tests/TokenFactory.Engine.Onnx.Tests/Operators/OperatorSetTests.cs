using Microsoft.ML.OnnxRuntime;
using TokenFactory.Engine.Onnx.Graph;
using TokenFactory.Engine.Onnx.Operators;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Operators;

/// <summary>Operators of our own in a real session.</summary>
public sealed class OperatorSetTests : IDisposable
{
    private const int Width = 3;

    private readonly OperatorSet _operators = new(new OperatorShape("Test", 1, 1));

    [Fact]
    public void Kernel_InASession_ReadsAndWritesRowsOnItsThreads()
    {
        using InferenceSession session = Session(_operators.Add(new NegateKernel()));

        float[] result = Run(session, [1, 2, 3, 4, 5, 6]);

        Assert.Equal([-1, -2, -3, -4, -5, -6], result);
    }

    [Fact]
    public void Kernel_Throws_FailsTheRunWithItsWords()
    {
        using InferenceSession session = Session(_operators.Add(new FailingKernel()));

        Exception problem = Assert.ThrowsAny<Exception>(() => Run(session, [1, 2, 3]));

        Assert.Contains("these rows are not to be computed", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Node_NamesNoKernel_IsRefusedAtLoad()
    {
        Exception problem = Assert.ThrowsAny<Exception>(() => Session(7));

        Assert.Contains("not in the operator set", problem.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _operators.Dispose();

    private InferenceSession Session(long kernel)
    {
        GraphWriter graph = new("");
        graph.Input("x", OnnxElement.Float, -1, Width);
        graph.NamedNode("", "Identity", [graph.Own("Test", "x", kernel)], ["y"]);
        graph.Output("y", OnnxElement.Float, -1, Width);
        using SessionOptions options = new() { IntraOpNumThreads = 2, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        _operators.Register(options);
        return new InferenceSession(graph.ToModel(), options);
    }

    private static float[] Run(InferenceSession session, float[] values)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(values, [values.Length / Width, Width]);
        using RunOptions options = new();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, ["x"], [input], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private sealed unsafe class NegateKernel : IOperatorKernel
    {
        public void Compute(OperatorContext context)
        {
            float* x = context.Input(0, Width, out int rows);
            Work work = new() { X = x, Y = context.Output(0, rows, Width) };
            context.ParallelFor(rows, &Negate, &work);
        }

        [System.Runtime.InteropServices.UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
        private static void Negate(void* state, nuint row)
        {
            Work* work = (Work*)state;
            for (int i = 0; i < Width; i++)
            {
                work->Y[((int)row * Width) + i] = -work->X[((int)row * Width) + i];
            }
        }

        private struct Work
        {
            public float* X;
            public float* Y;
        }
    }

    private sealed class FailingKernel : IOperatorKernel
    {
        public void Compute(OperatorContext context) => throw new InvalidOperationException("these rows are not to be computed");
    }
}
