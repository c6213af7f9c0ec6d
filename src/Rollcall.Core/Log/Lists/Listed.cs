using Rollcall.Protocol;

namespace Rollcall.Core.Log.Lists;

/// <summary>What lists need to know of a session; times in milliseconds since 1970.</summary>
internal readonly record struct Listed(
    string Id, string? Name, Place Place, SessionStatus Status, SessionState State, long CreatedAt, long UpdatedAt)
{
    public static Listed Of(SessionView view) => new(
        view.Id, view.Name, Place.Of(view), view.Status, view.State, SqliteTime.Of(view.CreatedAt), SqliteTime.Of(view.UpdatedAt));
}
