using Rollcall.Server.Sockets;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>What is told together is written together: each write is a TLS record, and a send.</summary>
public sealed class StreamTransportTests : IDisposable
{
    private const int Record = 16 * 1024;

    private readonly Writes _written = new();

    public void Dispose() => _written.Dispose();

    [Theory]
    [InlineData("100 x 600", new[] { 16300, 16300, 16300, 11100 })]
    [InlineData("100 x 100", new[] { 10000 })]
    [InlineData("16384", new[] { Record })]
    [InlineData("16385", new[] { Record + 1 })]
    [InlineData("65000, 100", new[] { 65000, 100 })]
    [InlineData("100 x 3, 65000, 100 x 3", new[] { 300, 65000, 300 })]
    [InlineData("16384, 16384, 1 x 2", new[] { Record, Record, 2 })]
    [InlineData("10, 16380, 10", new[] { 10, Record - 4, 10 })]
    [InlineData("0, 10, 0", new[] { 10 })]
    public async Task Small_slices_fill_records_whatever_their_sum(string slices, int[] writes)
    {
        var next = 0;
        var told = slices.Split(',').SelectMany(part => Slices(part.Trim())).Select(length => Enumerable.Range(0, length).Select(_ => (byte)next++).ToArray()).ToList();
        var transport = new StreamTransport(_written, _written, null, () => { }, TimeProvider.System);

        await transport.Send([.. told.Select(slice => (ReadOnlyMemory<byte>)slice)]);

        Assert.Equal(writes, _written.Lengths);
        Assert.Equal(told.SelectMany(slice => slice), _written.ToArray());
    }

    private static IEnumerable<int> Slices(string part)
    {
        var (length, times) = part.Split(" x ") is [var each, var often] ? (each, often) : (part, "1");
        return Enumerable.Repeat(int.Parse(length, null), int.Parse(times, null));
    }

    private sealed class Writes : MemoryStream
    {
        public List<int> Lengths { get; } = [];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Lengths.Add(buffer.Length);
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
