using TokenFactory.Benchmarks.Measurements;
using Xunit.MicrosoftTestingPlatform;

// `measure NAME` prints and records a measurement; anything else runs the allocation budgets as tests.
return args is ["measure", .. string[] rest]
    ? await MeasurementCommand.RunAsync(rest)
    : await TestPlatformTestFramework.RunAsync(args, TokenFactory.Benchmarks.SelfRegisteredExtensions.AddSelfRegisteredExtensions);
