namespace TokenFactory.Tenancy.Batches;

/// <summary>Which batches have not ended, as the database is asked for it.</summary>
internal static class OpenBatches
{
    public static IQueryable<Batch> Open(this IQueryable<Batch> batches) => batches.Where(batch => batch.State < BatchState.Completed);
}
