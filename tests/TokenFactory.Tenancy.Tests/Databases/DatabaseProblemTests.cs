using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TokenFactory.Tenancy.Data;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Databases;

/// <summary>What failures of a database are in words, and which are not the database's.</summary>
public sealed class DatabaseProblemTests
{
    [Theory]
    [InlineData("57P01", "starting or stopping")]
    [InlineData("57P03", "starting or stopping")]
    [InlineData("53100", "disk")]
    [InlineData("53200", "memory or connections")]
    [InlineData("53300", "memory or connections")]
    [InlineData("40001", "Try again")]
    [InlineData("40P01", "Try again")]
    [InlineData("08006", "connection")]
    [InlineData("3D000", "does not exist")]
    [InlineData("28P01", "refuses")]
    public void Explain_Postgres_SaysWhatToDo(string state, string words)
    {
        PostgresException problem = new("m", "FATAL", "FATAL", state);

        Assert.Contains(words, DatabaseUnavailableException.Explain(problem));
        Assert.Contains(words, DatabaseUnavailableException.Explain(new DbUpdateException("m", problem)));
        Assert.Contains(words, DatabaseUnavailableException.Explain(new InvalidOperationException("m", problem)));
    }

    [Theory]
    [InlineData(5, "locked")]
    [InlineData(6, "locked")]
    [InlineData(8, "writable")]
    [InlineData(10, "disk")]
    [InlineData(11, "damaged")]
    [InlineData(13, "full")]
    [InlineData(14, "folder")]
    [InlineData(26, "damaged")]
    public void Explain_Sqlite_SaysWhatToDo(int code, string words) => Assert.Contains(words, DatabaseUnavailableException.Explain(new SqliteException("m", code)));

    [Fact]
    public void Explain_RowsChangedMeanwhile_SaysToTryAgain() => Assert.Contains("Try again", DatabaseUnavailableException.Explain(new DbUpdateConcurrencyException("m")));

    [Theory]
    [InlineData("23505")]
    [InlineData("22021")]
    [InlineData("42P01")]
    [InlineData("57014")]
    public void Explain_WhatIsNotTheDatabases_IsNothing(string state) =>
        Assert.Null(DatabaseUnavailableException.Explain(new PostgresException("m", "ERROR", "ERROR", state)));
}
