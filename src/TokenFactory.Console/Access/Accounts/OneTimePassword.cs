using System.Security.Cryptography;

namespace TokenFactory.Web.Access.Accounts;

/// <summary>Passwords that are told once and have to be replaced: 95 bits, in letters that nobody mistakes for one another.</summary>
internal static class OneTimePassword
{
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int Groups = 4;
    private const int GroupLength = 5;

    public static string Make() => string.Join('-', Enumerable.Range(0, Groups).Select(_ => RandomNumberGenerator.GetString(Letters, GroupLength)));
}
