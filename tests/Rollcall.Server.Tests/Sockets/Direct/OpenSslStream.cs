using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>
/// TLS 1.3 by OpenSSL itself, as .NET's has no word for new keys. Reads and writes block; one at a time.
/// </summary>
internal sealed unsafe partial class OpenSslStream : Stream
{
    private const string Library = "libssl.so.3";

    private const int SetMode = 33;
    private const nint AcceptMovingBuffers = 2;
    private const int WantsToRead = 2;
    private const int WantsToWrite = 3;
    private const int UpdateRequested = 1;
    private const int Handshake = 22;
    private const byte KeyUpdate = 24;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Whatever certificate there is will do.</summary>
    private static readonly nint Context = NewContext(ClientMethod());

    [ThreadStatic]
    private static int s_updates;

    private readonly Socket _socket;
    private readonly nint _ssl = New(Context);

    /// <summary>Shakes hands.</summary>
    public OpenSslStream(Socket socket)
    {
        _socket = socket;
        SetMessageCallback(_ssl, &Noted);
        Control(_ssl, SetMode, AcceptMovingBuffers, 0);
        Assert.Equal(1, SetSocket(_ssl, (int)socket.Handle));
        ClearErrors();
        while (Connect(_ssl) is var result and <= 0)
        {
            Wait(result);
        }
    }

    /// <summary>How often the other side has changed its keys.</summary>
    public int Updates { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Has what is written next begin with new keys, and the other side asked for its own.</summary>
    public void UpdateKeys() => Assert.Equal(1, SetKeyUpdate(_ssl, UpdateRequested));

    public override int Read(byte[] buffer, int offset, int count)
    {
        s_updates = 0;
        ClearErrors();
        int read;
        while ((read = Read(_ssl, ref buffer[offset], count)) <= 0)
        {
            Wait(read);
        }

        Updates += s_updates;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ClearErrors();
        while (Write(_ssl, ref buffer[offset], count) is var result and <= 0)
        {
            Wait(result);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (_socket.SafeHandle.IsClosed)
        {
            return;
        }

        _socket.Dispose();
        Free(_ssl);
        base.Dispose(disposing);
    }

    /// <summary>Waits for what it could not go on without.</summary>
    private void Wait(int result)
    {
        SelectMode? mode = Error(_ssl, result) switch { WantsToRead => SelectMode.SelectRead, WantsToWrite => SelectMode.SelectWrite, _ => null };
        if (mode is null || !_socket.Poll(Patience, mode.Value))
        {
            throw new IOException("the connection has failed");
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Noted(int written, int version, int type, byte* bytes, nint length, nint ssl, nint nothing)
    {
        if (written == 0 && type == Handshake && length > 0 && *bytes == KeyUpdate)
        {
            s_updates++;
        }
    }

    [LibraryImport(Library, EntryPoint = "TLS_client_method")]
    private static partial nint ClientMethod();

    [LibraryImport(Library, EntryPoint = "SSL_CTX_new")]
    private static partial nint NewContext(nint method);

    [LibraryImport(Library, EntryPoint = "SSL_new")]
    private static partial nint New(nint context);

    [LibraryImport(Library, EntryPoint = "SSL_ctrl")]
    private static partial nint Control(nint ssl, int command, nint value, nint nothing);

    /// <summary>Errors are remembered by thread, and this one may have others' from before.</summary>
    [LibraryImport("libcrypto.so.3", EntryPoint = "ERR_clear_error")]
    private static partial void ClearErrors();

    [LibraryImport(Library, EntryPoint = "SSL_get_error")]
    private static partial int Error(nint ssl, int result);

    [LibraryImport(Library, EntryPoint = "SSL_free")]
    private static partial void Free(nint ssl);

    [LibraryImport(Library, EntryPoint = "SSL_set_msg_callback")]
    private static partial void SetMessageCallback(nint ssl, delegate* unmanaged[Cdecl]<int, int, int, byte*, nint, nint, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "SSL_set_fd")]
    private static partial int SetSocket(nint ssl, int socket);

    [LibraryImport(Library, EntryPoint = "SSL_connect")]
    private static partial int Connect(nint ssl);

    [LibraryImport(Library, EntryPoint = "SSL_key_update")]
    private static partial int SetKeyUpdate(nint ssl, int type);

    [LibraryImport(Library, EntryPoint = "SSL_read")]
    private static partial int Read(nint ssl, ref byte into, int room);

    [LibraryImport(Library, EntryPoint = "SSL_write")]
    private static partial int Write(nint ssl, ref byte bytes, int length);
}
