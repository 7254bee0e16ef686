using TokenFactory.Api.Tracing;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tenancy.Directory;

namespace TokenFactory.Api.Metering;

/// <summary>Whose request it is, with which key, on what.</summary>
/// <param name="Id">The answer's id, which names it in the ledger for good.</param>
/// <param name="RequestId">The id that the client knows.</param>
/// <param name="Grant">The tenant and the key; null for the console's own.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Device">Where it runs.</param>
/// <param name="Lane">The lane that it was admitted to.</param>
/// <param name="Feature">What it uses by the piece; null for nothing.</param>
/// <param name="Operation">What is asked for.</param>
public readonly record struct RequestIdentity(
    string Id, string RequestId, KeyGrant? Grant, string Model, string Device, Lane Lane, string? Feature = null, GenerationOperation Operation = GenerationOperation.Chat);
