namespace TokenFactory.Tenancy.Data;

/// <summary>Pieces of work on a database of which so many go on at a time; the others come after them, one by one. Safe for any thread.</summary>
/// <param name="database">The database.</param>
/// <param name="places">How many go on at a time.</param>
internal sealed class WriteTurns(TenancyDatabase database, int places) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(places);

    /// <summary>Does a piece of work in its turn.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be used.</exception>
    public async Task<T> RunAsync<T>(Func<TenancyDbContext, Task<T>> work)
    {
        await _turn.WaitAsync();
        try
        {
            return await database.AskAsync(work);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
