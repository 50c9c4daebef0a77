namespace Pipeline.Load;

/// <summary>Tells what may be an e-mail address, in clear or thinly disguised, so that it stays out of logs, errors and rejects. Thread-safe.</summary>
internal static class PossibleAddress
{
    /// <summary>Whether a text may hold an address: any form of the sign <c>@</c> is enough.</summary>
    /// <param name="text">The text in UTF-8, whole: a cut may take the sign away and leave the rest.</param>
    public static bool IsIn(ReadOnlySpan<byte> text) =>
        text.Contains((byte)'@')
        || text.IndexOf("\uFF20"u8) >= 0 || text.IndexOf("\uFE6B"u8) >= 0
        || text.IndexOf("%40"u8) >= 0 || text.IndexOf("&#64;"u8) >= 0 || text.IndexOf("&commat;"u8) >= 0
        || text.IndexOf("(at)"u8) >= 0 || text.IndexOf("[at]"u8) >= 0;
}
