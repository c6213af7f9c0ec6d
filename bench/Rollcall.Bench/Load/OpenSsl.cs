using System.Runtime.InteropServices;

namespace Rollcall.Bench.Load;

/// <summary>The few calls of OpenSSL 3 that a TLS client on a non-blocking socket needs.</summary>
internal static partial class OpenSsl
{
    private const string Library = "libssl.so.3";

    /// <summary>Whether the library is there.</summary>
    public static bool IsThere { get; } = NativeLibrary.TryLoad(Library, out _);

    /// <summary>Any certificate is accepted, and many records are read at once.</summary>
    public static nint ClientContext { get; } = IsThere ? NewContext() : 0;

    private static nint NewContext()
    {
        var context = ContextNew(Method());
        SetReadAhead(context, 41, 1, 0);
        SetReadBuffer(context, 64 * 1024);
        return context;
    }

    [LibraryImport(Library, EntryPoint = "TLS_client_method")]
    private static partial nint Method();

    [LibraryImport(Library, EntryPoint = "SSL_CTX_new")]
    private static partial nint ContextNew(nint method);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_ctrl")]
    private static partial nint SetReadAhead(nint context, int command, nint value, nint nothing);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_set_default_read_buffer_len")]
    private static partial void SetReadBuffer(nint context, nint length);

    [LibraryImport(Library, EntryPoint = "SSL_new")]
    public static partial nint New(nint context);

    [LibraryImport(Library, EntryPoint = "SSL_set_fd")]
    public static partial int SetSocket(nint ssl, int socket);

    [LibraryImport(Library, EntryPoint = "SSL_connect")]
    public static partial int Connect(nint ssl);

    [LibraryImport(Library, EntryPoint = "SSL_read")]
    public static partial int Read(nint ssl, ref byte into, int room);

    [LibraryImport(Library, EntryPoint = "SSL_write")]
    public static partial int Write(nint ssl, ref byte bytes, int length);

    [LibraryImport(Library, EntryPoint = "SSL_get_error")]
    public static partial int Error(nint ssl, int result);

    [LibraryImport(Library, EntryPoint = "SSL_free")]
    public static partial void Free(nint ssl);
}
