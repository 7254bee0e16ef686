using TokenFactory.Web.Hosting;
using TokenFactory.Web.Live.Loading;

namespace TokenFactory.Web.Serving.Loads;

/// <summary>A load that waits for its turn or is under way.</summary>
internal sealed class LoadJob(string name, ModelOptions options, ModelLoadTicket ticket) : IDisposable
{
    private readonly CancellationTokenSource _cancelling = new();

    public string Name => name;

    public ModelOptions Options => options;

    public ModelLoadTicket Ticket => ticket;

    public CancellationToken Cancellation => _cancelling.Token;

    public void Cancel()
    {
        ticket.MarkCancelling();
        _cancelling.Cancel();
    }

    public void Dispose() => _cancelling.Dispose();
}
