using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TokenFactory.Engine.Onnx.Kernels.Products;

namespace TokenFactory.Engine.Onnx.Operators;

/// <summary>A projection with packed weights, and its bias.</summary>
/// <param name="product">The weights and their kernels; what a step gives is filled in here.</param>
/// <param name="bias">[product.Rows]; null for none.</param>
/// <param name="scratch">Holds the quantised rows of the node that runs; nodes run one after the other.</param>
internal sealed unsafe class ProductKernel(ProductArguments product, float* bias, OperatorScratch scratch) : IOperatorKernel
{
    // Fewer activations than these are quantised sooner than another thread is woken.
    private const int SharedElements = 16_384;

    private readonly float* _bias = bias;

    public void Compute(OperatorContext context)
    {
        Work work = new() { Product = product, Input = context.Input(0, product.Columns, out int rows), Bias = _bias };
        work.Product.Count = rows;
        work.Product.Scratch = scratch.Take(Product.ScratchBytes(rows, product.Columns));
        work.Product.Output = context.Output(0, rows, product.Rows);
        work.Product.OutputStride = product.Rows;
        work.TaskRows = Math.Max(1, SharedElements / product.Columns);
        int rowTasks = (rows + work.TaskRows - 1) / work.TaskRows;
        context.ParallelFor(rowTasks, &Quantize, &work);
        context.ParallelFor(Product.Tasks(work.Product), &Multiply, &work);
        if (_bias != null)
        {
            context.ParallelFor(rowTasks, &AddBias, &work);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Quantize(void* state, nuint task)
    {
        Work* work = (Work*)state;
        (int first, int end) = work->RowsOf(task);
        Product.Quantize(work->Input, work->Product.Columns, first, end, work->Product.Scratch);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Multiply(void* state, nuint task) => Product.RunTask(((Work*)state)->Product, (int)task);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void AddBias(void* state, nuint task)
    {
        Work* work = (Work*)state;
        ReadOnlySpan<float> bias = new(work->Bias, work->Product.Rows);
        (int first, int end) = work->RowsOf(task);
        for (int row = first; row < end; row++)
        {
            Span<float> output = new(work->Product.Output + (row * work->Product.OutputStride), bias.Length);
            TensorPrimitives.Add(output, bias, output);
        }
    }

    private struct Work
    {
        public ProductArguments Product;
        public float* Input;
        public float* Bias;

        /// <summary>Rows that a task quantises.</summary>
        public int TaskRows;

        public readonly (int First, int End) RowsOf(nuint task) => ((int)task * TaskRows, Math.Min(((int)task + 1) * TaskRows, Product.Count));
    }
}
