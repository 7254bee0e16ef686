using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Training;

/// <summary>Cross entropy of the places of a batch that count; logits are made for those places only.</summary>
internal static class BatchLoss
{
    /// <summary>The mean loss in nats per token, a scalar.</summary>
    public static Tensor Mean(LlamaModule module, Batch batch, int rows, int length)
    {
        Tensor states = module.forward(tensor(batch.Inputs).view(rows, length)).view(-1, module.Shape.Hidden);
        Tensor places = tensor(batch.Places);
        Tensor targets = tensor(batch.Targets).index_select(0, places);
        return nn.functional.cross_entropy(module.Logits(states.index_select(0, places)), targets);
    }
}
