using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TokenFactory.Engine.Onnx.Kernels.Products;

namespace TokenFactory.Engine.Onnx.Operators;

/// <summary>A projection with packed weights.</summary>
/// <param name="product">The weights.</param>
/// <param name="scratch">Holds the quantised rows of the node that runs; nodes run one after the other.</param>
/// <param name="threads">Threads of the session.</param>
internal sealed unsafe class ProductKernel(QuantizedProduct product, OperatorScratch scratch, int threads) : IOperatorKernel
{
    // Fewer activations than these are quantised sooner than another thread is woken.
    private const int QuantizeTaskElements = 16_384;

    public void Compute(OperatorContext context)
    {
        float* x = context.Input(0, product.Columns, out int rows);
        int taskRows = Math.Max(1, QuantizeTaskElements / product.Columns);
        Work work = new()
        {
            Product = product,
            Plan = product.Plan(rows, threads),
            X = x,
            Scratch = scratch.Take(product.ScratchBytes(rows)),
            Y = context.Output(0, rows, product.Features),
            QuantizeRows = taskRows,
        };
        context.ParallelFor((rows + taskRows - 1) / taskRows, &Quantize, &work);
        context.ParallelFor(work.Plan.Tasks, &Multiply, &work);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Quantize(void* state, nuint task)
    {
        Work* work = (Work*)state;
        int first = (int)task * work->QuantizeRows;
        work->Product.QuantizeRows(work->X, work->Scratch, first, Math.Min(work->QuantizeRows, work->Plan.Rows - first));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Multiply(void* state, nuint task)
    {
        Work* work = (Work*)state;
        work->Product.Run(work->Plan, work->Scratch, work->Y, (int)task);
    }

    private struct Work
    {
        public QuantizedProduct Product;
        public ProductPlan Plan;
        public float* X;
        public byte* Scratch;
        public float* Y;
        public int QuantizeRows;
    }
}
