using TokenFactory.Tenancy.Keys;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Keys;

public sealed class KeySecretTests
{
    [Fact]
    public void Create_ManyTimes_GivesDifferentKeysOfOneForm()
    {
        string[] keys = [.. Enumerable.Range(0, 1000).Select(_ => KeySecret.Create())];

        Assert.Equal(1000, keys.Distinct().Count());
        Assert.All(keys, key => Assert.Matches("^tf-[A-Za-z0-9_-]{43}$", key));
        Assert.All(keys, key => Assert.Equal(key[..11], KeySecret.PrefixOf(key)));
    }

    [Fact]
    public void TryHash_ADifferentLetter_IsAnotherHash()
    {
        string key = KeySecret.Create();
        byte[] hash = new byte[KeySecret.HashBytes];
        byte[] other = new byte[KeySecret.HashBytes];

        Assert.True(KeySecret.TryHash(key, hash));
        Assert.True(KeySecret.TryHash(key[..10] + (key[10] == 'a' ? 'b' : 'a') + key[11..], other));
        Assert.NotEqual(hash, other);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tf-")]
    [InlineData("sk-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("tf-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")]
    [InlineData("tf-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("tf-ääääääääääääääääääääääääääääääääääääääääääa")]
    public void TryHash_NoKey_IsFalse(string text) => Assert.False(KeySecret.TryHash(text, new byte[KeySecret.HashBytes]));

    [Fact]
    public void TryHash_AMegabyte_IsFalseAtOnce()
    {
        string text = "tf-" + new string('a', 1_000_000);

        long bytes = TokenFactory.Tests.Shared.Allocations.Of(() => Assert.False(KeySecret.TryHash(text, stackalloc byte[KeySecret.HashBytes])), times: 100);

        Assert.Equal(0, bytes);
    }
}
