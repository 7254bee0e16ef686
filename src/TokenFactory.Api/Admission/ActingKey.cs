using TokenFactory.Api.Metering;

namespace TokenFactory.Api.Admission;

/// <summary>
/// Stands in a request's features where the server itself sends it for a key that was presented earlier. The key is judged anew, so
/// its rights and limits are those of the moment.
/// </summary>
/// <param name="KeyId">The key; all zeros where its tenant used none.</param>
/// <param name="TenantId">Whose key.</param>
/// <param name="LedgerKey">Names the request in the ledger for good, however often it is sent.</param>
/// <param name="Work">What it is a part of.</param>
internal sealed record ActingKey(Guid KeyId, Guid TenantId, string LedgerKey, IRepeatedWork Work);
