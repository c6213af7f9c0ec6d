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
    [InlineData("ROLLCALL_ALLOWED_ORIGINS", "hub.example")]
    [InlineData("ROLLCALL_ALLOWED_HOSTS", "http://hub.example")]
    [InlineData("ROLLCALL_MAX_LOG", "4 apples")]
    public void A_bad_value_is_refused_by_the_name_of_its_variable_and_its_rule(string key, string value)
    {
        var refused = Assert.Throws<RefusedToStartException>(() => Settings.Read(name => name == key ? value : null));

        Assert.Equal($"{key} {Settings.All.Single(setting => setting.Key == key).Rule}, not {value}", refused.Message);
    }
}
