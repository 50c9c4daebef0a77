using System.Globalization;

namespace Pipeline.Tables.DuckDb;

/// <summary>
/// A row of a query's result, with values by position from 0. Integers to 64 bits are <see cref="long"/>; floating-point numbers
/// <see cref="double"/>; DECIMAL, and integers that need more than 64 bits, <see cref="decimal"/>; timestamps of any kind
/// <see cref="DateTime"/> in UTC; DATE <see cref="DateOnly"/>; BLOB <c>byte[]</c>. Immutable.
/// </summary>
public sealed class DuckDbRow
{
    private readonly string[] names;
    private readonly object?[] values;

    internal DuckDbRow(string[] names, object?[] values)
    {
        this.names = names;
        this.values = values;
    }

    /// <summary>The columns' names, in order.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The value, null for NULL.</summary>
    public object? this[int ordinal] => values[ordinal];

    /// <summary>Whether the value is NULL.</summary>
    public bool IsNull(int ordinal) => values[ordinal] is null;

    /// <summary>The value of a text column.</summary>
    /// <exception cref="DuckDbException">NULL, or another type.</exception>
    public string GetString(int ordinal) => Get<string>(ordinal);

    /// <summary>The value of an integer column, or of a number that is whole.</summary>
    /// <exception cref="DuckDbException">NULL, another type, or out of range.</exception>
    public long GetInt64(int ordinal) => Get<long>(ordinal);

    /// <summary>The value of a numeric column.</summary>
    /// <exception cref="DuckDbException">NULL, or another type.</exception>
    public double GetDouble(int ordinal) => Get<double>(ordinal);

    /// <summary>The value of a boolean column.</summary>
    /// <exception cref="DuckDbException">NULL, or another type.</exception>
    public bool GetBoolean(int ordinal) => Get<bool>(ordinal);

    /// <summary>The value of a timestamp column, in UTC.</summary>
    /// <exception cref="DuckDbException">NULL, or another type.</exception>
    public DateTime GetDateTime(int ordinal) => Get<DateTime>(ordinal);

    /// <summary>The value as a type it has or, among numbers, converts to without loss of its integer part.</summary>
    internal T Get<T>(int ordinal)
    {
        Type type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        object? value = values[ordinal];
        if (value is T same)
            return same;
        if (value is long or double or decimal && IsNumber(type) && Convert(value, type) is { } converted)
            return (T)converted;
        string found = value is null ? "no value" : $"a value of type {value.GetType().Name}";
        throw new DuckDbException(DuckDbFault.Statement, $"Column '{names[ordinal]}' has {found}, where {type.Name} is expected.");
    }

    private static bool IsNumber(Type type) =>
        type == typeof(long) || type == typeof(int) || type == typeof(double) || type == typeof(decimal);

    private static decimal ToDecimal(object value) => System.Convert.ToDecimal(value, CultureInfo.InvariantCulture);

    /// <summary>The number in another type, or null when that cannot hold it.</summary>
    private static object? Convert(object value, Type type)
    {
        try
        {
            object converted = System.Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
            // Converting rounds; a fraction must not vanish.
            bool same = type == typeof(double) || type == typeof(decimal) || ToDecimal(value) == ToDecimal(converted);
            return same ? converted : null;
        }
        catch (OverflowException)
        {
            return null;
        }
    }
}
