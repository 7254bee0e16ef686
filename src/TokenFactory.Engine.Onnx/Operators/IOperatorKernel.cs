namespace TokenFactory.Engine.Onnx.Operators;

/// <summary>What one node of the graph computes. Called by one step at a time.</summary>
internal interface IOperatorKernel
{
    /// <summary>Reads the node's inputs and writes its outputs. What it throws becomes the failure of the step.</summary>
    void Compute(OperatorContext context);
}
