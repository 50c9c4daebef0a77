using System.Security.Cryptography;
using Pipeline.Addresses;
using Pipeline.Hosting;

namespace Pipeline.Cli.Erasing;

/// <summary>An address from a stream, which never becomes text: arguments are seen by every user of the machine and kept by shells.</summary>
internal static class AddressInput
{
    /// <summary>More than any address with white space around it.</summary>
    private const int MaxBytes = 8192;

    /// <summary>Reads the one address of a stream.</summary>
    /// <param name="input">The stream, read to its end.</param>
    /// <param name="use">Takes the address.</param>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: it is none, or there are several.</exception>
    public static T Read<T>(Stream input, Func<EmailAddress, T> use)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes], buffer = stackalloc byte[EmailAddress.MaxLength];
        try
        {
            int count = input.ReadAtLeast(bytes, MaxBytes, throwOnEndOfStream: false);
            if (count == MaxBytes)
                throw new StageException(ExitCode.InputRefused, "What came by stdin is longer than any address.");
            return AddressParser.Parse(bytes[..count], buffer, out EmailAddress address, out string? rule) == AddressVerdict.Invalid
                ? throw new StageException(ExitCode.InputRefused, $"What came by stdin is no address ({rule}).", "Give one address, and nothing else.")
                : use(address);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
