namespace TokenFactory.Api.Metering;

/// <summary>Work that survives the process: what a stop breaks off is done again later under the same id, and counts then.</summary>
internal interface IRepeatedWork
{
    /// <summary>Whether what is cancelled from now on is done again.</summary>
    bool IsDoneAgain { get; }
}
