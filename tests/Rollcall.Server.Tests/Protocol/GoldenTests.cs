using Rollcall.Core.Tests;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests.Protocol;

/// <summary><c>protocol/</c> and the generated TypeScript are what the code says; <c>ROLLCALL_GOLDEN=write</c> writes them anew.</summary>
public sealed class GoldenTests
{
    private const string HowTo = "If that is what you want, run these tests once with ROLLCALL_GOLDEN=write and look at the difference.";

    private static bool Write => Environment.GetEnvironmentVariable("ROLLCALL_GOLDEN") == "write";

    [Fact]
    public void Every_event_has_a_golden_frame() => Assert.Equal(
        EventNames.All.Order(StringComparer.Ordinal), SampleEvents.All.Select(sample => sample.Happened.EventName).Order(StringComparer.Ordinal));

    [Fact]
    public void Orc_and_jido_documents_disagreed_with_the_wire_the_golden_frames_are_what_the_hub_writes()
    {
        var folder = Path.Combine(Repository.Root, "protocol");
        var made = GoldenFrames.All();
        foreach (var (name, content) in made)
        {
            Same(Path.Combine(folder, name), content);
        }

        Assert.Equal(made.Keys.Order(StringComparer.Ordinal), Directory.GetFiles(folder, "*.json").Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_event_is_read_back_as_what_it_was()
    {
        foreach (var (happened, _) in SampleEvents.All)
        {
            var payload = EventNames.Payload(happened);
            Assert.Equal(payload, EventNames.Payload(EventNames.Parse(happened.EventName, payload)!));
        }
    }

    [Fact]
    public void The_generated_TypeScript_is_what_the_records_say() =>
        Same(Path.Combine(Repository.Root, "clients", "typescript", "src", "protocol", "generated.ts"), TypeScript.Generate());

    private static void Same(string path, string content)
    {
        if (Write)
        {
            File.WriteAllText(path, content);
        }

        Assert.True(File.Exists(path) && File.ReadAllText(path) == content, $"{Path.GetFileName(path)} is not what the code says. {HowTo}");
    }
}
