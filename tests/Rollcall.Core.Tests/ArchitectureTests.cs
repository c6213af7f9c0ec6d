using System.Reflection;
using Rollcall.Core.Fanout;
using Rollcall.Core.Sessions;
using Rollcall.Core.Tests.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests;

public sealed class ArchitectureTests
{
    private static readonly Assembly Protocol = typeof(HubEvent).Assembly;
    private static readonly Assembly Core = typeof(SessionHub).Assembly;

    public static TheoryData<Type> Events() => [.. Concrete<HubEvent>()];

    public static TheoryData<Type> Commands() => [.. Concrete<Command>()];

    [Fact]
    public void The_protocol_depends_on_nothing() =>
        Assert.All(Protocol.GetReferencedAssemblies(), used => Assert.StartsWith("System.", used.Name, StringComparison.Ordinal));

    [Fact]
    public void The_core_depends_on_the_protocol_and_sqlite_and_not_on_asp_net() => Assert.All(
        Core.GetReferencedAssemblies().Select(used => used.Name!).Where(name => !name.StartsWith("System.", StringComparison.Ordinal)),
        name => Assert.Contains(name, new[] { "Rollcall.Protocol", "Microsoft.Data.Sqlite", "SQLitePCLRaw.core", "SQLitePCLRaw.batteries_v2" }));

    [Theory]
    [InlineData("Sessions")]
    [InlineData("Log", "Sessions", "Log.Lists")]
    [InlineData("Log.Lists", "Sessions", "Log")]
    [InlineData("Fleet", "Sessions", "Log", "Alerts", "")]
    [InlineData("Fanout", "Sessions", "Log", "Fleet")]
    public void Inside_the_core_a_folder_knows_only(string folder, params string[] known)
    {
        var uses = Core.GetTypes().Where(type => FolderOf(type) == folder)
            .SelectMany(type => TypeUses.Of(type).Where(used => used.Assembly == Core).Select(used => (type, used)))
            .Where(pair => FolderOf(pair.used) is { } other && other != folder && !known.Contains(other));
        Assert.Empty(uses);
    }

    [Fact]
    public void A_type_that_only_code_mentions_is_seen() => Assert.Contains(
        typeof(Rollcall.Core.Log.LogRange), Core.GetTypes().Where(type => FolderOf(type) == "Fanout").SelectMany(TypeUses.Of));

    [Fact]
    public void The_namespace_of_a_file_is_its_folder() => Assert.All(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Rollcall.Core"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Path.Combine(Repository.Root, "src"), file))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)),
        file => Assert.Contains(
            $"namespace {Path.GetDirectoryName(file)!.Replace(Path.DirectorySeparatorChar, '.')};",
            Repository.Read(Path.Combine("src", file)), StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_is_checked_and_decided(Type type)
    {
        var command = Filled(type);
        Assert.NotNull(Life.Begun().Try(command));
        Assert.NotNull(Life.Begun(SessionStatus.Terminated).Try(command));
        Assert.NotNull(new Life().Try(command));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_but_the_clocks_own_has_a_name_on_the_wire(Type type) => Assert.Equal(
        type != typeof(MarkStale),
        typeof(Command).GetCustomAttributes<System.Text.Json.Serialization.JsonDerivedTypeAttribute>().Any(known => known.DerivedType == type));

    [Theory]
    [MemberData(nameof(Events))]
    public void Every_event_has_a_name_a_json_form_and_a_topic(Type type)
    {
        Assert.Contains(type, EventNames.Types);
        var info = ProtocolJson.Default.GetTypeInfo(type);
        Assert.NotNull(info);
        Assert.Contains(info.Properties, property => property.Name == "seq");
        Assert.Contains(info.Properties, property => property.Name == "time");
        var name = EventNames.Types.Zip(EventNames.All).Single(pair => pair.First == type).Second;
        Assert.NotEmpty(Topic.Of(new Publication(1, name, "s", "p", default)));
    }

    [Fact]
    public void The_names_of_events_are_for_those_events_only()
    {
        Assert.Equal(Concrete<HubEvent>().Count(), EventNames.Types.Count);
        Assert.Equal(EventNames.All.Count, EventNames.All.Distinct().Count());
        Assert.Null(EventNames.Parse("no_such_event", "{}"u8));
    }

    [Fact]
    public void No_one_outside_can_add_to_a_family() => Assert.All(
        new[] { typeof(HubEvent), typeof(SessionEvent), typeof(Command), typeof(Decision), typeof(Outcome) },
        family => Assert.All(
            family.GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
                .Where(made => made.GetParameters() is not [var copied] || copied.ParameterType != family),
            made => Assert.True(made.IsFamilyAndAssembly || made.IsPrivate)));

    private static IEnumerable<Type> Concrete<T>() =>
        Protocol.GetTypes().Where(type => type.IsSubclassOf(typeof(T)) && !type.IsAbstract).OrderBy(type => type.Name, StringComparer.Ordinal);

    /// <summary>The folder inside the core; null for what is not the core's own, empty for its root.</summary>
    private static string? FolderOf(Type type) => type.Namespace switch
    {
        "Rollcall.Core" => "",
        { } name when name.StartsWith("Rollcall.Core.", StringComparison.Ordinal) => name["Rollcall.Core.".Length..],
        _ => null,
    };

    /// <summary>A command whose texts are all given, so that it passes the rules.</summary>
    private static Command Filled(Type type)
    {
        var command = (Command)Activator.CreateInstance(type)!;
        foreach (var text in type.GetProperties().Where(property => property.PropertyType == typeof(string)))
        {
            text.SetValue(command, text.Name == nameof(Command.SessionId) ? Life.Id : "x");
        }

        type.GetProperty("Status")?.SetValue(command, SessionStatus.Idle);
        return command;
    }
}
