namespace TokenFactory.Api.Administration.Wire;

/// <summary>A model to load, as an administrator asks for it. What is absent is the usual.</summary>
/// <param name="Path">A folder in Hugging Face layout on the server.</param>
/// <param name="Name">The name to serve it under; absent: the folder's.</param>
/// <param name="Device"><c>auto</c>, <c>cpu</c> or <c>cuda</c>.</param>
/// <param name="Precision"><c>auto</c>; <c>fp32</c>, <c>int8</c> or <c>int4</c> on the processor, <c>bf16</c>, <c>fp16</c> or <c>fp8</c> on GPUs.</param>
/// <param name="KvPrecision"><c>auto</c>; <c>fp8</c> on GPUs; <c>fp32</c>, <c>fp16</c>, <c>int8</c> on the processor: what keys and values are kept in.</param>
/// <param name="Replicas">How many replicas.</param>
/// <param name="DevicesPerReplica">How many GPUs share a replica.</param>
/// <param name="MaxSequences">Most sequences that run at once on a replica.</param>
/// <param name="MaxContext">Longest sequence in tokens.</param>
/// <param name="MaxStepTokens">Most tokens of a step.</param>
/// <param name="KvMemoryMegabytes">Memory for keys and values of a replica, in MiB.</param>
/// <param name="Threads">Threads that compute, over all replicas.</param>
/// <param name="EvenIfTooLarge">Whether it is loaded where the estimate says that it does not fit.</param>
public sealed record ModelBody(
    string? Path, string? Name = null, string? Device = null, string? Precision = null, string? KvPrecision = null, int? Replicas = null, int? DevicesPerReplica = null,
    int? MaxSequences = null, int? MaxContext = null, int? MaxStepTokens = null, long? KvMemoryMegabytes = null, int? Threads = null, bool EvenIfTooLarge = false);

/// <summary>What a model that is being unloaded shall do instead.</summary>
/// <param name="State"><c>serving</c>: the unload is called off.</param>
public sealed record ModelChange(string? State);

/// <summary>A model as the administration lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State"><c>serving</c>, <c>draining</c>, <c>loading</c> or <c>failed</c>.</param>
/// <param name="Folder">Where it is read from.</param>
/// <param name="Stage">What its load does now, in words.</param>
/// <param name="Progress">How much of its load is done, 0 to 1.</param>
/// <param name="Failure">Why its load failed, and what to do.</param>
/// <param name="Precision">How its weights are held.</param>
/// <param name="MaxContext">Longest sequence in tokens.</param>
/// <param name="Replicas">Its replicas.</param>
/// <param name="FinishesInSeconds">When the last of its requests ends at the latest, where it drains and that is known.</param>
public sealed record ModelView(
    string Name, string State, string? Folder = null, string? Stage = null, double? Progress = null, string? Failure = null, string? Precision = null,
    int? MaxContext = null, IReadOnlyList<ReplicaView>? Replicas = null, double? FinishesInSeconds = null);

/// <summary>A replica of a model.</summary>
/// <param name="Device">The id of its device.</param>
/// <param name="Running">Requests that run.</param>
/// <param name="Waiting">Requests that wait.</param>
/// <param name="Problem">What is wrong with it; absent where nothing is.</param>
public sealed record ReplicaView(string Device, int Running, int Waiting, string? Problem);

/// <summary>A model that was asked for.</summary>
/// <param name="Name">The name under which it will be served.</param>
/// <param name="State">What is being done.</param>
public sealed record ModelAnswer(string Name, string State);
