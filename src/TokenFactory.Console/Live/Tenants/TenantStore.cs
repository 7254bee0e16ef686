using Microsoft.Extensions.Options;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Quotas;
using TokenFactory.Web.Live.Signals;

namespace TokenFactory.Web.Live.Tenants;

/// <summary>
/// Tells watchers when to look at tenants and their quotas again: after each change at once, and steadily while somebody watches, since
/// quotas move with every request. What they look at is in memory already.
/// </summary>
public sealed class TenantStore : IDisposable
{
    private readonly SignalSource _signals;
    private readonly TimeProvider _clock;
    private readonly LiveOptions _options;
    private readonly SharedWatch _watch;

    public TenantStore(TenantDirectory directory, QuotaBook quotas, TimeProvider clock, IOptions<LiveOptions> options, ILogger<TenantStore> logger)
    {
        (Directory, Quotas, _clock, _options) = (directory, quotas, clock, options.Value);
        _signals = new SignalSource(clock, logger);
        _watch = new SharedWatch(_signals, _options.ThrottleInterval, WatchAsync);
        directory.Changed += _signals.Notify;
    }

    /// <summary>How many watch.</summary>
    internal int Watchers => _signals.Count;

    /// <summary>Tenants, plans and keys.</summary>
    public TenantDirectory Directory { get; }

    /// <summary>What is used of quotas.</summary>
    public QuotaBook Quotas { get; }

    /// <summary>Calls back when it is time to look again.</summary>
    public IDisposable Subscribe(Func<Task> callback) => _watch.Subscribe(callback);

    public void Dispose()
    {
        Directory.Changed -= _signals.Notify;
        _watch.Dispose();
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            _signals.Notify();
            await Task.Delay(_options.QuotaInterval, _clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
