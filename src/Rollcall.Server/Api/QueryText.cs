using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Rollcall.Protocol;

namespace Rollcall.Server.Api;

/// <summary>What a route takes in its query.</summary>
/// <param name="Name">As in the address.</param>
/// <param name="Says">What it does, with its rule and default.</param>
/// <param name="IsNumber">Whether it is a whole number.</param>
public sealed record QueryParameter(string Name, string Says, bool IsNumber = false);

/// <summary>Reads a query's fields and gathers what is wrong with them. Used by one request.</summary>
public sealed class QueryText(IQueryCollection query)
{
    private readonly Dictionary<string, string> _errors = [];

    /// <summary>What is wrong; null when nothing is.</summary>
    public Problem? Problem => _errors.Count > 0 ? Problem.Invalid(_errors) : null;

    /// <summary>Whether a field is there at all.</summary>
    public bool Has(string name) => query.ContainsKey(name);

    /// <summary>A field's text; null when absent or empty.</summary>
    public string? Text(string name)
    {
        var given = query[name];
        if (given.Count > 1)
        {
            Refuse(name, "is given twice");
            return null;
        }

        return given.ToString() is { Length: > 0 } text ? text : null;
    }

    /// <summary>A field's whole number within bounds.</summary>
    public long Number(string name, long otherwise, long least, long most)
    {
        if (!query.TryGetValue(name, out var text))
        {
            return otherwise;
        }

        if (long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Refuse(name, most == long.MaxValue ? $"must be a whole number from {least}" : $"must be a whole number from {least} to {most}");
        return otherwise;
    }

    /// <summary>A field's time.</summary>
    public DateTimeOffset Time(string name, DateTimeOffset otherwise)
    {
        if (!Has(name))
        {
            return otherwise;
        }

        if (Text(name) is { } text && Rfc3339.Parse(text) is { } time)
        {
            return time;
        }

        Refuse(name, "must be an RFC 3339 time, such as 2026-01-31T09:30:00Z");
        return otherwise;
    }

    /// <summary>Notes that a field breaks a rule; the first that it breaks is told.</summary>
    public void Refuse(string name, string rule) => _errors.TryAdd(name, rule);
}

/// <summary>Shows a route's query in the API's description.</summary>
public static class QueryOnRoute
{
    /// <summary>Names the fields.</summary>
    public static RouteHandlerBuilder WithQuery(this RouteHandlerBuilder route, params QueryParameter[] parameters) => route.WithMetadata([.. parameters]);
}
