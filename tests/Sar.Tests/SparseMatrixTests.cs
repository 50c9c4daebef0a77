namespace Pipeline.Sar.Tests;

public class SparseMatrixTests
{
    // 5 . 0
    // . . .
    // . 7 8     (the 0 is stored)
    private static SparseMatrix Example() => new([0, 2, 2, 4], [0, 2, 1, 2], [5, 0, 7, 8], 3, 3);

    [Test]
    public void Row_gives_the_stored_cells()
    {
        var (indices, values) = Example().Row(2);
        Assert.That(indices.ToArray(), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(values.ToArray(), Is.EqualTo(new[] { 7.0, 8.0 }));
        Assert.That(Example().Row(1).Count, Is.Zero);
    }

    [Test]
    public void Find_tells_a_stored_zero_from_an_absent_cell()
    {
        SparseMatrix matrix = Example();
        Assert.That(matrix.Find(0, 2), Is.EqualTo(1));
        Assert.That(matrix.Find(0, 1), Is.EqualTo(-1));
        Assert.That(matrix[0, 2], Is.Zero);
        Assert.That(matrix[0, 1], Is.Zero);
        Assert.That(matrix[2, 1], Is.EqualTo(7));
    }

    [Test]
    public void Shape_and_memory_are_told()
    {
        SparseMatrix matrix = Example();
        Assert.That((matrix.Rows, matrix.Columns, matrix.Count), Is.EqualTo((3, 3, 4L)));
        Assert.That(matrix.Bytes, Is.EqualTo(4 * 12 + 4 * 8));
    }

    [TestCase(-1)]
    [TestCase(3)]
    public void Row_out_of_range_is_refused(int row) =>
        Assert.That(() => Example().Row(row).Count, Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static IEnumerable<TestCaseData> Broken()
    {
        yield return Parts("no starts", [], [], []);
        yield return Parts("too few starts", [0, 1], [0], [1]);
        yield return Parts("first start not 0", [1, 1, 1], [0], [1]);
        yield return Parts("last start beyond the cells", [0, 1, 2], [0], [1]);
        yield return Parts("falling starts", [0, 2, 1], [0], [1]);
        yield return Parts("too few values", [0, 1, 1], [0], []);
        yield return Parts("falling columns", [0, 2, 2], [1, 0], [1, 1]);
        yield return Parts("repeated column", [0, 2, 2], [1, 1], [1, 1]);
        yield return Parts("column too high", [0, 1, 1], [2], [1]);
        yield return Parts("column too low", [0, 1, 1], [-1], [1]);
        yield return Parts("not a number", [0, 1, 1], [0], [double.NaN]);

        static TestCaseData Parts(string name, long[] starts, int[] indices, double[] values) =>
            new TestCaseData(starts, indices, values).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Broken))]
    public void Parts_that_make_no_matrix_are_refused(long[] starts, int[] indices, double[] values) =>
        Assert.That(() => new SparseMatrix(starts, indices, values, 2, 2), Throws.ArgumentException);

    [Test]
    public void Matrix_without_rows_is_legal() => Assert.That(new SparseMatrix([0], [], [], 0, 0).Count, Is.Zero);
}
