using System.IO.Compression;
using System.Text;
using Pipeline.Cli.Generate;
using Pipeline.Records;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Generate;

[TestFixture]
internal sealed class CustomerGeneratorTests
{
    private const string Text = "when,CustomerID\n1,b\n2,a\n3,\n4,b\n5,  \n6,\"x,y\"\n7, a \n8,B\n9\n10,10\n11,9\n";

    private TempFolder folder = null!;

    [SetUp]
    public void CreateFolder() => folder = new TempFolder();

    [TearDown]
    public void DeleteFolder() => folder.Dispose();

    [Test]
    public void Customers_are_the_distinct_ids_in_ordinal_order()
    {
        File.WriteAllText(folder.File("in.csv"), Text);
        Assert.That(Generate("in.csv"), Is.EqualTo(6));
        string[] lines = File.ReadAllLines(folder.File("out/customers.csv"));
        Assert.That(lines[0], Is.EqualTo("user_id,email,consent,consent_date,country"));
        Assert.That(lines.Skip(1).Select(IdOf), Is.EqualTo(new[] { "10", "9", "B", "a", "b", "\"x,y\"" }));

        static string IdOf(string line) =>
            line[0] == '"' ? line[..(line.IndexOf('"', 1) + 1)] : line[..line.IndexOf(',', StringComparison.Ordinal)];
    }

    [Test]
    public void Customers_depend_on_users_and_seed_alone()
    {
        File.WriteAllText(folder.File("in.csv"), Text);
        File.WriteAllText(folder.File("turned.csv"), "CustomerID\nB\n9\n\"x,y\"\n10\na\nb\n");
        Generate("in.csv");
        byte[] first = File.ReadAllBytes(folder.File("out/customers.csv"));
        Generate("turned.csv");
        Assert.That(File.ReadAllBytes(folder.File("out/customers.csv")), Is.EqualTo(first));
        Generate("in.csv", seed: 2);
        Assert.That(File.ReadAllBytes(folder.File("out/customers.csv")), Is.Not.EqualTo(first));
    }

    [Test]
    public void Gzip_is_recognised_by_its_content()
    {
        using (var gzip = new GZipStream(File.Create(folder.File("in.data")), CompressionMode.Compress))
            gzip.Write(Encoding.UTF8.GetBytes(Text));
        Assert.That(Generate("in.data"), Is.EqualTo(6));
    }

    [Test]
    public void Missing_column_is_refused_with_the_columns_there_are()
    {
        File.WriteAllText(folder.File("in.csv"), "when,who,what\n1,2,3\n");
        Assert.That(() => Generate("in.csv"), Throws.InstanceOf<RecordException>().With.Message
            .EqualTo($"'{folder.File("in.csv")}' has no column 'CustomerID' (user); its header has 'when', 'who', 'what': name the columns with --columns."));
        Assert.That(Directory.Exists(folder.File("out")), Is.False);
    }

    [Test]
    public void Other_delimiters_are_read()
    {
        File.WriteAllText(folder.File("in.csv"), "when;CustomerID\n1;b\n2;a\n");
        var options = new CustomerOptions { InteractionsFile = folder.File("in.csv"), UserColumn = "CustomerID", Delimiter = ';', Seed = 1 };
        Assert.That(CustomerGenerator.Generate(options, folder.File("out"), CancellationToken.None), Is.EqualTo(2));
    }

    [Test]
    public void Header_alone_gives_no_customers()
    {
        File.WriteAllText(folder.File("in.csv"), "CustomerID\n");
        Assert.That(Generate("in.csv"), Is.Zero);
        Assert.That(File.ReadAllLines(folder.File("out/customers.csv")), Has.Length.EqualTo(1));
    }

    [Test]
    public void Blank_column_name_is_refused() =>
        Assert.That(
            () => new CustomerOptions { InteractionsFile = "x", UserColumn = " ", Seed = 1 },
            Throws.InstanceOf<ArgumentException>().With.Message.EqualTo("columns user= must not be empty."));

    [Test]
    public void Online_retail_has_4372_customers()
    {
        string file = SharedData.File("data/online_retail.csv.gz");
        var options = new CustomerOptions { InteractionsFile = file, UserColumn = "CustomerID", Seed = 1 };
        Assert.That(CustomerGenerator.Generate(options, folder.File("out"), CancellationToken.None), Is.EqualTo(4_372));
        string[] lines = File.ReadAllLines(folder.File("out/customers.csv"));
        Assert.That(lines, Has.Length.EqualTo(4_373));
        Assert.That(lines[1], Does.StartWith("12346,"));
        Assert.That(lines[^1], Does.StartWith("18287,"));
    }

    private int Generate(string file, long seed = 1) => CustomerGenerator.Generate(
        new CustomerOptions { InteractionsFile = folder.File(file), UserColumn = "CustomerID", Seed = seed },
        folder.File("out"),
        CancellationToken.None);
}
