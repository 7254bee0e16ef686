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
        IEnumerable<int> experts = Enumerable.Range(0, spec.Experts!.Count);
        return new ExpertWeights(
            uploader.Upload(map[WeightRole.FeedForwardNorm, layer]),
            uploader.Upload(map[WeightRole.Router, layer]),
            null,
            uploader.Upload([.. experts.SelectMany(expert => new[] { Rows(WeightRole.Gate, expert), Rows(WeightRole.Up, expert) })]),
            null,
            uploader.UploadColumns(shard, [.. experts.Select(expert => map[WeightRole.Down, layer, expert])]),
            null);

        TensorView Rows(WeightRole role, int expert) => shard.Rows(map[role, layer, expert]);
    }
}
