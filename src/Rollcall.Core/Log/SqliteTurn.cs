namespace Rollcall.Core.Log;

/// <summary>The turn to write, with a transaction that is begun. Disposing of it takes back what was not committed, and gives the turn up.</summary>
internal sealed class SqliteTurn(SqliteStatements writer, SemaphoreSlim turns) : IDisposable
{
    public void Dispose()
    {
        try
        {
            writer.Rollback();
        }
        finally
        {
            turns.Release();
        }
    }
}
