using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Engine.Serving;
using TokenFactory.Tests.Shared.Host;
using TokenFactory.Web.BrowserTests.Measurements;

namespace TokenFactory.Web.BrowserTests;

/// <summary>
/// The product in the test's own process, where its stores can be counted and engines with stand-in executors added. What it costs is
/// then the whole process's cost, the driver of the browser included: an upper bound.
/// </summary>
internal sealed class InProcessConsole : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _data;

    private InProcessConsole(WebApplication app, DirectoryInfo data, ComponentCensus census) => (_app, _data, Census) = (app, data, census);

    /// <summary>The components that its pages made.</summary>
    public ComponentCensus Census { get; }

    public Uri Address => new(_app.Urls.First());

    public IServiceProvider Services => _app.Services;

    public ModelCatalog Catalog => Services.GetRequiredService<ModelCatalog>();

    /// <summary>Circuits that are open, connected or waiting for their browser.</summary>
    public int Circuits => Services.GetRequiredService<CircuitCount>().Open;

    /// <summary>Starts it on a free port, with the demonstration model beside what a test adds.</summary>
    /// <param name="settings">More of the configuration, as <c>--Key=Value</c>.</param>
    public static async Task<InProcessConsole> StartAsync(params string[] settings)
    {
        DirectoryInfo data = Directory.CreateTempSubdirectory("tf-console-");
        ComponentCensus census = new();
        WebApplication app = ConsoleApplication.Build(
            [
                "--Environment=Development", "--Urls=http://127.0.0.1:0", $"--TokenFactory:DataFolder={data.FullName}",
                $"--TokenFactory:SignIn:AdminPassword={HostProcess.AdminPassword}", "--TokenFactory:Models:0:Threads=1", .. settings,
            ],
            builder =>
            {
                builder.Services.AddSingleton<CircuitCount>().AddSingleton<CircuitHandler>(provider => provider.GetRequiredService<CircuitCount>());
                census.Register(builder.Services);
            });
        await app.StartAsync();
        return new InProcessConsole(app, data, census);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private sealed class CircuitCount : CircuitHandler
    {
        private int _open;

        public int Open => Volatile.Read(ref _open);

        public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _open);
            return Task.CompletedTask;
        }

        public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            Interlocked.Decrement(ref _open);
            return Task.CompletedTask;
        }
    }
}
