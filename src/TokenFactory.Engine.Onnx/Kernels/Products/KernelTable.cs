namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>The kernels of one level and width of weights, by the rows they take.</summary>
internal unsafe struct KernelTable
{
    /// <summary>The most rows that any level's kernel takes.</summary>
    public const int MostRows = 6;

    /// <summary>Tiles of the kernel that takes several.</summary>
    public const int TilesTogether = 4;

    /// <summary>The most rows that a kernel of this table takes.</summary>
    public int Rows;

    /// <summary>Addresses; the first for one row.</summary>
    public fixed long Entries[MostRows];

    /// <summary>The address of the kernel of one row and <see cref="TilesTogether"/> tiles; 0 where the level has none.</summary>
    public long FourTiles;

    /// <summary>Runs the kernel for one row and several tiles.</summary>
    public readonly void RunFourTiles(KernelCall* call) => ((delegate* unmanaged<KernelCall*, void>)FourTiles)(call);

    /// <summary>Runs the kernel for so many rows.</summary>
    public readonly void Run(int rows, KernelCall* call) => ((delegate* unmanaged<KernelCall*, void>)Entries[rows - 1])(call);

    /// <summary>Moves the kernels by a distance.</summary>
    public void Move(nint distance)
    {
        for (int i = 0; i < Rows; i++)
        {
            Entries[i] += distance;
        }
        FourTiles += FourTiles == 0 ? 0 : distance;
    }
}
