using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TokenFactory.Engine.Onnx.Kernels.Products;

namespace TokenFactory.Engine.Onnx.Operators;

/// <summary>A projection with packed weights, and its bias.</summary>
/// <param name="product">The weights and their kernels; what a step gives is filled in here.</param>
/// <param name="scratch">Holds the quantised rows of the node that runs; nodes run one after the other.</param>
internal sealed unsafe class ProductKernel(ProductArguments product, OperatorScratch scratch) : IOperatorKernel
{
    // Fewer activations than these are quantised sooner than another thread is woken.
    private const int SharedElements = 16_384;

    public void Compute(OperatorContext context)
    {
        Work work = new() { Product = product, Input = context.Input(0, product.Columns, out int rows) };
        work.Product.Count = rows;
        work.Product.Scratch = scratch.Take(Product.ScratchBytes(rows, product.Columns));
        work.Product.Output = context.Output(0, rows, product.Rows);
        work.Product.OutputStride = product.Rows;
        work.TaskRows = Math.Max(1, SharedElements / product.Columns);
        context.ParallelFor((rows + work.TaskRows - 1) / work.TaskRows, &Quantize, &work);
        context.ParallelFor(Product.Tasks(work.Product), &Multiply, &work);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Quantize(void* state, nuint task)
    {
        Work* work = (Work*)state;
        int first = (int)task * work->TaskRows;
        Product.Quantize(work->Input, work->Product.Columns, first, Math.Min(first + work->TaskRows, work->Product.Count), work->Product.Scratch);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Multiply(void* state, nuint task) => Product.RunTask(((Work*)state)->Product, (int)task);

    private struct Work
    {
        public ProductArguments Product;
        public float* Input;

        /// <summary>Rows that a task quantises.</summary>
        public int TaskRows;
    }
}
