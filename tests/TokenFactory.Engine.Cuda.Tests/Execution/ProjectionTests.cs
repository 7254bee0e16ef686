using TokenFactory.Engine.Cuda.Execution;
using TokenFactory.Engine.Cuda.Interop.CublasLt;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

public sealed class ProjectionTests(EmulatedDevice device) : KernelTest(device)
{
    private const int Rows = 2;
    private const int Outputs = 24;
    private const int Inputs = 16;

    private static readonly ProductShape Shape = new(Rows, Outputs, Inputs, MatrixType.Float16, MatrixType.Float16);

    [Theory]
    [InlineData(new double[] { 5, 2, 9 }, 3 * 2)]
    [InlineData(new double[] { 1, 2, 9 }, 3 * 1)]
    [InlineData(new double[] { 7, 8, 4 }, 3 * 4)]
    public void Make_SeveralAlgorithms_KeepsTheFastest(double[] milliseconds, double wanted)
    {
        Emulator.SetAlgorithms(milliseconds);
        using CublasLtLibrary library = new();
        using Projection projection = new(library, Stream, hasBias: false);
        DeviceMemory y = Room<ushort>(Rows * Outputs), x = Put(new ushort[Rows * Inputs]), w = Put(new ushort[Outputs * Inputs]);

        projection.Make(Shape, y.Value, x.Value, [(w.Value, 0)]);

        using Interop.Driver.CudaEvent begin = new(), end = new();
        begin.Record(Stream);
        for (int i = 0; i < 3; i++)
        {
            projection.Enqueue(y.Value, x.Value, w.Value, 0, Rows, adds: false);
        }
        end.Record(Stream);
        // The clock runs on by itself beside what products take.
        Assert.InRange(end.Since(begin).TotalMilliseconds, wanted, wanted + 0.9);
    }

    [Fact]
    public void Make_OneAlgorithm_RunsNothing()
    {
        using CublasLtLibrary library = new();
        using Projection projection = new(library, Stream, hasBias: false);

        projection.Make(Shape, 0, 0, [(0, 0)]);

        Assert.Equal(0, Emulator.Launches("matmul"));
    }

    [Fact]
    public void Enqueue_BiasOfEachLayer_IsTheOneGiven()
    {
        ushort[] zeros = new ushort[Outputs * Inputs], first = Elements.Random(1, Outputs, true), second = Elements.Random(2, Outputs, true);
        using CublasLtLibrary library = new();
        using Projection projection = new(library, Stream, hasBias: true);
        DeviceMemory y = Room<ushort>(Rows * Outputs), x = Put(new ushort[Rows * Inputs]), w = Put(zeros);
        DeviceMemory[] biases = [Put(first), Put(second)];
        projection.Make(Shape, y.Value, x.Value, [(w.Value, biases[0].Value)]);

        foreach ((DeviceMemory bias, ushort[] wanted) in new[] { (biases[0], first), (biases[1], second), (biases[0], first) })
        {
            projection.Enqueue(y.Value, x.Value, w.Value, bias.Value, Rows, adds: false);

            Assert.Equal([.. wanted, .. wanted], Get<ushort>(y, Rows * Outputs));
        }
    }
}
