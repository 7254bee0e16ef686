using TokenFactory.Api.Tracing;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tenancy.Directory;

namespace TokenFactory.Api.Metering;

/// <summary>Whose request it is, with which key, on what.</summary>
/// <param name="Id">What names it in the ledger for good: the answer's id, or that of a batch's line.</param>
/// <param name="RequestId">The id that the client knows.</param>
/// <param name="Grant">The tenant and the key.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Device">Where it runs.</param>
/// <param name="Lane">The lane that it was admitted to.</param>
/// <param name="Feature">What it uses by the piece; null for nothing.</param>
/// <param name="Work">What it is a part of and may be done again for; null where it is done once.</param>
/// <param name="Operation">What is asked for.</param>
internal readonly record struct RequestIdentity(
    string Id, string RequestId, KeyGrant Grant, string Model, string Device, Lane Lane, string? Feature = null, IRepeatedWork? Work = null,
    GenerationOperation Operation = GenerationOperation.Chat);
