namespace TokenFactory.Engine.Onnx.Tests.Attention;

/// <summary>A sequence whose packed rows are all known; a step computes some of them.</summary>
/// <param name="Rows">[tokens, packed stride].</param>
/// <param name="Blocks">Its block table, pinned.</param>
internal sealed record TestSequence(float[] Rows, int[] Blocks);
