using TokenFactory.Benchmarks.Gateway;
using TokenFactory.Benchmarks.Measurements;
using Xunit.MicrosoftTestingPlatform;

// `measure NAME` prints and records a measurement, for which `gateway-server` is a process of its own; anything else runs the allocation
// budgets as tests.
return args switch
{
    ["measure", .. string[] rest] => await MeasurementCommand.RunAsync(rest),
    ["gateway-server", .. string[] rest] => await GatewayServer.RunAsync(rest),
    _ => await TestPlatformTestFramework.RunAsync(args, TokenFactory.Benchmarks.SelfRegisteredExtensions.AddSelfRegisteredExtensions),
};
