using System.Runtime.Versioning;

// Who may read the key ring is tested by Unix file modes.
[assembly: UnsupportedOSPlatform("windows")]
