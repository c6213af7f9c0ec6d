using System.Runtime.CompilerServices;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Tests;

/// <summary>Hubs within the tests handle what arrives where <c>rollcall serve</c> does.</summary>
internal static class AsServed
{
    [ModuleInitializer]
    public static void Begin() => SocketThreads.LetGoOn();
}
