using Xunit;

namespace TokenFactory.Tests.Shared;

/// <summary>Tests that need the machine as a user would find it, or that leave nothing of it to others: they run after all others, one by one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
