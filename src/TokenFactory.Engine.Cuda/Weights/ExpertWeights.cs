using TokenFactory.Engine.Cuda.Execution;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Cuda.Weights;

/// <summary>The router and the experts of one layer on the device, each kind of matrix one block for all experts; null where the model has none.</summary>
/// <param name="Norm">[hidden]: of the norm before them, which is not in a matrix as those before dense products are.</param>
/// <param name="Router">[experts, hidden].</param>
/// <param name="RouterBias">[experts].</param>
/// <param name="GateUp">[experts, 2 * width, hidden]: gates first.</param>
/// <param name="GateUpBias">[experts, 2 * width].</param>
/// <param name="Down">[experts, hidden, width].</param>
/// <param name="DownBias">[experts, hidden].</param>
internal sealed record ExpertWeights(
    DeviceMemory Norm, DeviceMemory Router, DeviceMemory? RouterBias, DeviceMemory GateUp, DeviceMemory? GateUpBias, DeviceMemory Down, DeviceMemory? DownBias)
{
    public IEnumerable<DeviceMemory> All => new[] { Norm, Router, RouterBias, GateUp, GateUpBias, Down, DownBias }.OfType<DeviceMemory>();

    /// <summary>Brings a layer's to the device, an even part of each expert's width to each device that shares the model.</summary>
    public static ExpertWeights Load(ModelSpec spec, WeightMap map, TensorShard shard, int layer, WeightUploader uploader)
    {
        DeviceMemory norm = uploader.Upload(map[WeightRole.FeedForwardNorm, layer]), router = uploader.Upload(map[WeightRole.Router, layer]);
        return spec.Experts!.Storage == ExpertStorage.Separate
            ? LoadSeparate(spec, map, shard, layer, uploader, norm, router)
            : LoadFused(spec, map, shard, layer, uploader, norm, router);
    }

    private static ExpertWeights LoadSeparate(
        ModelSpec spec, WeightMap map, TensorShard shard, int layer, WeightUploader uploader, DeviceMemory norm, DeviceMemory router)
    {
        IEnumerable<int> experts = Enumerable.Range(0, spec.Experts!.Count);
        DeviceMemory gateUp = uploader.Upload([.. experts.SelectMany(expert => new[] { Rows(WeightRole.Gate, expert), Rows(WeightRole.Up, expert) })]);
        DeviceMemory down = uploader.UploadColumns(shard, [.. experts.Select(expert => map[WeightRole.Down, layer, expert])]);
        return new ExpertWeights(norm, router, null, gateUp, null, down, null);

        TensorView Rows(WeightRole role, int expert) => shard.Rows(map[role, layer, expert]);
    }

    // Gates and ups, which take turns there, come one after the other.
    private static ExpertWeights LoadFused(ModelSpec spec, WeightMap map, TensorShard shard, int layer, WeightUploader uploader, DeviceMemory norm, DeviceMemory router)
    {
        ExpertsSpec experts = spec.Experts!;
        bool isPacked = experts.Storage == ExpertStorage.FusedMxfp4;
        IStoredMatrices gateUp = isPacked
            ? new Mxfp4Matrices(map[WeightRole.ExpertGateUpBlocks, layer], map[WeightRole.ExpertGateUpScales, layer])
            : new TransposedMatrices(map[WeightRole.ExpertGateUp, layer]);
        IStoredMatrices down = isPacked
            ? new Mxfp4Matrices(map[WeightRole.ExpertDownBlocks, layer], map[WeightRole.ExpertDownScales, layer])
            : new TransposedMatrices(map[WeightRole.ExpertDown, layer]);
        // A bias is a number an output, as a matrix of one input is.
        BiasRows biases = new(map[WeightRole.ExpertGateUpBias, layer]);
        int first = shard.Rank * experts.Width;
        IEnumerable<int> all = Enumerable.Range(0, experts.Count);
        return new ExpertWeights(
            norm,
            router,
            uploader.Upload(map[WeightRole.RouterBias, layer]),
            uploader.Upload(spec.HiddenSize, GatesThenUps(gateUp)),
            uploader.Upload(1, GatesThenUps(biases)),
            uploader.Upload(experts.Width, [.. all.Select(expert => new MatrixRows(down, expert, 0, 1, spec.HiddenSize, first))]),
            shard.IsFirst ? uploader.Upload(map[WeightRole.ExpertDownBias, layer]) : null);

        MatrixRows[] GatesThenUps(IStoredMatrices from) =>
            [.. all.SelectMany(expert => Enumerable.Range(0, 2).Select(half => new MatrixRows(from, expert, (2 * first) + half, 2, experts.Width, 0)))];
    }
}
