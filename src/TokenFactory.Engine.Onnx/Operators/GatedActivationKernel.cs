using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Operators;

/// <summary>activation(gate) · up over rows of gate and up side by side. A row is always computed whole, so that it comes out the same in any company.</summary>
internal sealed unsafe class GatedActivationKernel(Activation activation, int width) : IOperatorKernel
{
    // About what one thread computes in the time that waking another one takes.
    private const int TaskElements = 16_384;

    public void Compute(OperatorContext context)
    {
        float* input = context.Input(0, 2 * width, out int rows);
        int taskRows = Math.Max(1, TaskElements / width);
        Work work = new(input, context.Output(0, rows, width), rows, width, taskRows, activation);
        context.ParallelFor((rows + taskRows - 1) / taskRows, &RunTask, &work);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void RunTask(void* state, nuint task)
    {
        Work* work = (Work*)state;
        int first = (int)task * work->TaskRows;
        for (int row = first; row < Math.Min(first + work->TaskRows, work->Rows); row++)
        {
            float* gate = work->Input + ((long)row * 2 * work->Width);
            Span<float> result = new(work->Output + ((long)row * work->Width), work->Width);
            ReadOnlySpan<float> gates = new(gate, work->Width);
            if (work->Activation == Activation.Silu)
            {
                TensorPrimitives.Sigmoid(gates, result);
            }
            else
            {
                GeluGate(gates, result);
            }
            TensorPrimitives.Multiply(result, gates, result);
            TensorPrimitives.Multiply(result, new ReadOnlySpan<float>(gate + work->Width, work->Width), result);
        }
    }

    // ½(1 + tanh z) is σ(2z), with z = √(2/π)·(x + 0.044715·x³) of the tanh form of GELU.
    private static void GeluGate(ReadOnlySpan<float> x, Span<float> gate)
    {
        const float Twice = 1.5957691216f;
        TensorPrimitives.Multiply(x, x, gate);
        TensorPrimitives.Multiply(gate, 0.044715f * Twice, gate);
        TensorPrimitives.Add(gate, Twice, gate);
        TensorPrimitives.Multiply(gate, x, gate);
        TensorPrimitives.Sigmoid(gate, gate);
    }

    private readonly struct Work(float* input, float* output, int rows, int width, int taskRows, Activation activation)
    {
        public readonly float* Input = input;
        public readonly float* Output = output;
        public readonly int Rows = rows;
        public readonly int Width = width;
        public readonly int TaskRows = taskRows;
        public readonly Activation Activation = activation;
    }
}
