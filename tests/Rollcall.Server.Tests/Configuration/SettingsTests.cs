using Rollcall.Server.Configuration;

namespace Rollcall.Server.Tests.Configuration;

/// <summary>Every setting has a variable, a rule, and a line in <c>docs/configuration.md</c>.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void The_documented_table_is_the_code()
    {
        Assert.Equal(
            Settings.All.Select(setting => $"| `{setting.Key}` | {setting.Default} | {setting.Rule} | {setting.Says} |"),
            Docs.Table("configuration.md", "| variable |"));
    }

    [Fact]
    public void The_documented_rules_between_settings_are_the_code() =>
        Assert.Equal(
            Settings.Together.Select(rule => $"| {string.Join(" and ", rule.Keys.Select(key => $"`{key}`"))} {rule.Rule} `{rule.Other}` | {rule.Else} |"),
            Docs.Table("configuration.md", "| rule | else |"));

    [Fact]
    public void Every_option_has_a_variable()
    {
        var properties = typeof(RollcallOptions).GetProperties().Where(property => property.CanWrite).SelectMany(property =>
            property.PropertyType.Namespace!.StartsWith("Rollcall", StringComparison.Ordinal)
                ? property.PropertyType.GetProperties().Where(inner => inner.CanWrite).Select(inner => $"{property.Name}.{inner.Name}")
                : [property.Name]);

        Assert.Equal(properties.Order(StringComparer.Ordinal), Settings.All.Select(setting => setting.Property).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Variables_are_read()
    {
        var options = Settings.Read(key => key switch
        {
            "ROLLCALL_URLS" => "http://127.0.0.1:1;http://localhost:2",
            "ROLLCALL_OWNER_GRACE" => "1.5s",
            "ROLLCALL_MAX_LOG" => "2GiB",
            "ROLLCALL_REQUIRE_KEYS" => "true",
            "ROLLCALL_ALLOWED_ORIGINS" => "https://a.example, https://b.example:8443",
            _ => null,
        });

        Assert.Equal(["http://127.0.0.1:1", "http://localhost:2"], options.Urls);
        Assert.Equal(TimeSpan.FromSeconds(1.5), options.Hub.OwnerGrace);
        Assert.Equal(2L << 30, options.Retention.MaxBytes);
        Assert.True(options.RequireKeys);
        Assert.Equal(2, options.AllowedOrigins.Count);
    }

    [Theory]
    [InlineData("ROLLCALL_PING_EVERY", "35s", "ROLLCALL_PING_EVERY (35s) and ROLLCALL_RESOLUTION (1s) (three times) together must be shorter than ROLLCALL_MAX_SILENCE (35s)")]
    [InlineData("ROLLCALL_RESOLUTION", "10s", "ROLLCALL_PING_EVERY (25s) and ROLLCALL_RESOLUTION (10s) (three times) together must be shorter than ROLLCALL_MAX_SILENCE (35s)")]
    [InlineData("ROLLCALL_MAX_SILENCE", "20s", "ROLLCALL_PING_EVERY (25s) and ROLLCALL_RESOLUTION (1s) (three times) together must be shorter than ROLLCALL_MAX_SILENCE (20s)")]
    [InlineData("ROLLCALL_PING_EVERY", "32s", "ROLLCALL_PING_EVERY (32s) and ROLLCALL_RESOLUTION (1s) (three times) together must be shorter than ROLLCALL_MAX_SILENCE (35s)")]
    [InlineData("ROLLCALL_PING_EVERY", "31s", null)]
    [InlineData("ROLLCALL_AGGREGATE_EVERY", "100ms", null)]
    [InlineData("ROLLCALL_AGGREGATE_COALESCE", "10s", null)]
    [InlineData("ROLLCALL_HOST_STALE_AFTER", "4m", "ROLLCALL_HOST_STALE_AFTER (4m) must not be longer than ROLLCALL_HOST_DOWN_AFTER (3m)")]
    [InlineData("ROLLCALL_HOST_DOWN_AFTER", "2d", "ROLLCALL_HOST_DOWN_AFTER (2d) must not be longer than ROLLCALL_HOST_FORGET_AFTER (1d)")]
    [InlineData("ROLLCALL_HOST_DOWN_AFTER", "1d", null)]
    public void Values_that_make_no_sense_together_are_refused_by_their_names(string key, string value, string? rule)
    {
        var refused = Record.Exception(() => Settings.Read(name => name == key ? value : null));

        Assert.Equal(rule, refused is RefusedToStartException ? refused.Message.Split(": else ")[0] : refused?.Message);
    }

    [Theory]
    [InlineData("ROLLCALL_URLS", "nowhere")]
    [InlineData("ROLLCALL_URLS", "http://127.0.0.1:abc")]
    [InlineData("ROLLCALL_URLS", "http://127.0.0.1:")]
    [InlineData("ROLLCALL_URLS", "http://127.0.0.1:99999")]
    [InlineData("ROLLCALL_URLS", "http://127.0.0.1:-1")]
    [InlineData("ROLLCALL_URLS", "http://[::1]:x")]
    [InlineData("ROLLCALL_DASHBOARD", "/no/such/folder")]
    [InlineData("ROLLCALL_DATA", "/etc/passwd")]
    [InlineData("ROLLCALL_OWNER_GRACE", "30")]
    [InlineData("ROLLCALL_OWNER_GRACE", "-1s")]
    [InlineData("ROLLCALL_OWNER_GRACE", "2d")]
    [InlineData("ROLLCALL_QUEUE_LENGTH", "0")]
    [InlineData("ROLLCALL_REQUIRE_KEYS", "perhaps")]
    [InlineData("ROLLCALL_REQUIRE_KEYS", "1")]
    [InlineData("ROLLCALL_COMPRESSION", "0")]
    [InlineData("ROLLCALL_ORC", "TRUE")]
    [InlineData("ROLLCALL_ALLOWED_ORIGINS", "hub.example")]
    [InlineData("ROLLCALL_ALLOWED_HOSTS", "http://hub.example")]
    [InlineData("ROLLCALL_MAX_LOG", "4 apples")]
    public void A_bad_value_is_refused_by_the_name_of_its_variable_and_its_rule(string key, string value)
    {
        var refused = Assert.Throws<RefusedToStartException>(() => Settings.Read(name => name == key ? value : null));

        Assert.Equal($"{key} {Settings.All.Single(setting => setting.Key == key).Rule}, not {value}", refused.Message);
    }
}
