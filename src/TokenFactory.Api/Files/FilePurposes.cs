using TokenFactory.Api.Errors;

namespace TokenFactory.Api.Files;

/// <summary>What files are for.</summary>
internal static class FilePurposes
{
    /// <summary>Requests of a batch.</summary>
    public const string Batch = "batch";

    /// <summary>Answers of a batch, which the server makes.</summary>
    public const string BatchOutput = "batch_output";

    private static readonly string[] Unused = ["assistants", "fine-tune", "vision", "user_data", "evals"];

    /// <summary>Checks a purpose by which files are chosen; an empty one chooses all.</summary>
    /// <exception cref="ApiException">There is no such purpose.</exception>
    public static void DemandKnown(string purpose)
    {
        if (purpose is not ("" or Batch or BatchOutput) && !Unused.Contains(purpose))
        {
            throw ApiException.Invalid($"purpose must be {Batch} or {BatchOutput}.", "purpose");
        }
    }

    /// <exception cref="ApiException">A file for this purpose cannot be uploaded.</exception>
    public static void Demand(string purpose)
    {
        if (Unused.Contains(purpose))
        {
            throw ApiException.Invalid($"Nothing on this server uses files of the purpose {purpose}. Upload files of the purpose {Batch}.", "purpose", "unsupported_purpose");
        }
        if (purpose != Batch)
        {
            throw ApiException.Invalid($"purpose must be {Batch}.", "purpose");
        }
    }
}
