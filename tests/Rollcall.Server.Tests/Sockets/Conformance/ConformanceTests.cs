namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>
/// The well-known list of cases of the Autobahn test suite, by its numbers, against the running hub: what each sends and
/// demands is written here anew, for a server that answers instead of echoing.
/// </summary>
public sealed class ConformanceTests(ConformanceHub hub) : IClassFixture<ConformanceHub>
{
    private static readonly Dictionary<string, Case> Cases =
        new[] { FramingCases.All, Utf8Cases.All, CloseCases.All, SizeCases.All, DeflateCases.All }.SelectMany(cases => cases).ToDictionary(one => one.ToString());

    public static TheoryData<string, Way> Rows()
    {
        var rows = new TheoryData<string, Way>();
        foreach (var name in Cases.Keys)
        {
            rows.Add(name, Way.Plain);
            rows.Add(name, Way.Tls);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Every_case_of_the_list_is_answered_as_it_demands(string name, Way way) => Cases[name].Play(hub.Address(way));

    [Theory]
    [InlineData(Way.Plain, 1)]
    [InlineData(Way.Plain, 50)]
    [InlineData(Way.Tls, 1)]
    [InlineData(Way.Tls, 50)]
    public async Task A_handshake_in_many_segments_is_one(Way way, int segment)
    {
        using var client = await WireClient.Open(hub.Address(way), segment: segment);
        await client.Send([ClientFrame.Text(ClientFrame.Beat("hello"))]);
        Assert.Equal("beat hello", (await client.Read())?.Words);
    }

    /// <summary>A reset may overtake the close frame, and then nobody learns why.</summary>
    [Theory]
    [InlineData(Way.Plain)]
    [InlineData(Way.Tls)]
    public async Task Who_is_refused_in_the_middle_of_a_message_may_say_the_rest(Way way)
    {
        using var client = await WireClient.Open(hub.Address(way));
        byte[][] message = [.. ClientFrame.Text(new byte[512 * 1024]).Chunk(16 * 1024)];
        await client.Send(message[..16]);
        Assert.Equal("close 1009", (await client.Read())?.Words);
        Assert.Null(await client.Read());
        await client.Send(message[16..]);
        Assert.False(client.WasReset);
    }

    [Fact]
    public void The_list_is_whole()
    {
        var numbers = Cases.Values.Select(one => one.Id).Where(id => !id.StartsWith("own", StringComparison.Ordinal)).ToHashSet();
        (string Section, int Count)[] sections =
        [
            ("1.1", 8), ("1.2", 8), ("2", 11), ("3", 7), ("4.1", 5), ("4.2", 5), ("5", 20), ("6.1", 3), ("6.2", 4), ("6.3", 2), ("6.4", 4), ("6.5", 5),
            ("6.6", 11), ("6.7", 4), ("6.8", 2), ("6.9", 4), ("6.10", 3), ("6.11", 5), ("6.12", 8), ("6.13", 5), ("6.14", 10), ("6.15", 1), ("6.16", 3),
            ("6.17", 5), ("6.18", 5), ("6.19", 5), ("6.20", 7), ("6.21", 8), ("6.22", 34), ("6.23", 7), ("7.1", 6), ("7.3", 6), ("7.5", 1), ("7.7", 13),
            ("7.9", 9), ("7.13", 2), ("9.1", 6), ("9.2", 6), ("9.3", 9), ("9.4", 9), ("9.5", 6), ("9.6", 6), ("9.7", 6), ("9.8", 6), ("10.1", 1),
            ("12.1", 18), ("12.2", 18), ("13.1", 10), ("13.2", 10), ("13.3", 10), ("13.4", 10), ("13.5", 10), ("13.6", 10), ("13.7", 10),
        ];
        Assert.Equal(sections.SelectMany(section => Enumerable.Range(1, section.Count).Select(i => $"{section.Section}.{i}")).Order(), numbers.Order());
    }
}
