namespace TokenFactory.Engine.Execution;

/// <summary>The device that an executor computes on, as people and meters name it.</summary>
/// <param name="Id">Stable within the process and unique: <c>cpu:0</c>, <c>cuda:3</c>.</param>
/// <param name="Name">The maker's name, for instance <c>NVIDIA H100 80GB HBM3</c> or the CPU's model string.</param>
/// <param name="Runtime">What computes on it, with its version: <c>ONNX Runtime 1.31.1</c>.</param>
/// <param name="Precision">How the weights are held: <c>fp32</c>, <c>int8</c>, <c>int4</c>, <c>bf16</c>, <c>fp8</c>.</param>
/// <param name="MemoryBytes">The memory that weights and KV share on it, in bytes.</param>
public sealed record DeviceInfo(string Id, string Name, string Runtime, string Precision, long MemoryBytes);
