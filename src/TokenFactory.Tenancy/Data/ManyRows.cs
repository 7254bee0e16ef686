using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace TokenFactory.Tenancy.Data;

/// <summary>
/// Runs one statement for many rows within a context's transaction: prepared once where the database is a file, sent all together where
/// it is a server. The mapper tracks every row that it adds, which costs many times what writing it does.
/// </summary>
internal static class ManyRows
{
    /// <summary>Placeholders of so many values, as both databases read them: <c>@p0, @p1, …</c></summary>
    public static string Placeholders(int count) => string.Join(", ", Enumerable.Range(0, count).Select(NameOf));

    /// <param name="context">A context with a transaction under way.</param>
    /// <param name="statement">The statement, with <see cref="Placeholders"/>.</param>
    /// <param name="rows">The values of each row, in the order of the placeholders; null for NULL.</param>
    /// <param name="cancellation">Stops it; the transaction is to be given up then.</param>
    public static async Task RunAsync(TenancyDbContext context, string statement, IReadOnlyCollection<object?[]> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
        {
            return;
        }
        DbConnection connection = context.Database.GetDbConnection();
        DbTransaction transaction = context.Database.CurrentTransaction!.GetDbTransaction();
        await (connection.CanCreateBatch
            ? SendAsync(connection, transaction, statement, rows, cancellation)
            : RunEachAsync(connection, transaction, statement, rows, cancellation));
    }

    private static async Task SendAsync(
        DbConnection connection, DbTransaction transaction, string statement, IReadOnlyCollection<object?[]> rows, CancellationToken cancellation)
    {
        await using DbBatch batch = connection.CreateBatch();
        batch.Transaction = transaction;
        foreach (object?[] row in rows)
        {
            DbBatchCommand command = batch.CreateBatchCommand();
            command.CommandText = statement;
            for (int i = 0; i < row.Length; i++)
            {
                command.Parameters.Add(Named(command.CreateParameter(), i, row[i]));
            }
            batch.BatchCommands.Add(command);
        }
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task RunEachAsync(
        DbConnection connection, DbTransaction transaction, string statement, IReadOnlyCollection<object?[]> rows, CancellationToken cancellation)
    {
        await using DbCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = statement;
        foreach (object?[] row in rows)
        {
            for (int i = 0; i < row.Length; i++)
            {
                if (i == command.Parameters.Count)
                {
                    command.Parameters.Add(Named(command.CreateParameter(), i, null));
                }
                command.Parameters[i].Value = row[i] ?? DBNull.Value;
            }
            await command.ExecuteNonQueryAsync(cancellation);
            // Others go first who wait for the processor, and not behind all rows.
            Thread.Yield();
        }
    }

    private static DbParameter Named(DbParameter parameter, int index, object? value)
    {
        parameter.ParameterName = NameOf(index);
        parameter.Value = value ?? DBNull.Value;
        return parameter;
    }

    private static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"@p{index}");
}
