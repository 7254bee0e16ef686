namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>The kernels of one level and width of weights, by the rows they take.</summary>
internal unsafe struct KernelTable
{
    /// <summary>The most rows that any level's kernel takes.</summary>
    public const int MostRows = 6;

    /// <summary>The most rows that a kernel of this table takes.</summary>
    public int Rows;

    /// <summary>Addresses; the first for one row.</summary>
    public fixed long Entries[MostRows];

    /// <summary>Runs the kernel for so many rows.</summary>
    public readonly void Run(int rows, KernelCall* call) => ((delegate* unmanaged<KernelCall*, void>)Entries[rows - 1])(call);

    /// <summary>Moves the kernels by a distance.</summary>
    public void Move(nint distance)
    {
        for (int i = 0; i < Rows; i++)
        {
            Entries[i] += distance;
        }
    }
}
