namespace TokenFactory.Tenancy.Batches;

/// <summary>Where a batch stands. The numbers are stored.</summary>
public enum BatchState
{
    /// <summary>Its lines are checked, or it waits for its turn.</summary>
    Validating = 0,

    /// <summary>Its lines are computed.</summary>
    InProgress = 1,

    /// <summary>All lines are done; their files are being closed.</summary>
    Finalizing = 2,

    /// <summary>Somebody has cancelled it; what is under way is being broken off.</summary>
    Cancelling = 3,

    Completed = 4,

    /// <summary>Its input could not be used; nothing was computed.</summary>
    Failed = 5,

    Cancelled = 6,

    /// <summary>Its time was over before all lines were done.</summary>
    Expired = 7,
}
