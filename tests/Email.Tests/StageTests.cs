using System.Diagnostics;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>The stage as a program: who is mailed, what is written, what it refuses.</summary>
public class StageTests
{
    private const string Customers =
        """
        user_id,email,consent
        ann,Ann@Example.COM,yes
        bob,bob@example.com,no
        cid,cid at example.com,yes
        dan,,yes
        eve,e.v.e+shop@gmail.com,TRUE
        fay,fay@example.com,
        zed,zed@example.com,yes
        out,out@example.com,yes
        """;

    private Mailing mailing = null!;

    [OneTimeSetUp]
    public void Make() => mailing = new Mailing();

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    [Test]
    public void Each_customer_with_a_list_has_one_row_in_order_with_the_reason_not_to_mail()
    {
        (_, string run) = mailing.Run(Customers);
        string[] rows =
        [
            .. RunReader.Read(run, Recipients.DataSet).Select(row =>
                $"{row.Text(Recipients.UserId)} {row.Flag(Recipients.Send)} {row.Text(Recipients.Reason)}".TrimEnd()),
        ];
        Assert.Multiple(() =>
        {
            Assert.That(rows, Is.EqualTo(new[]
            {
                "ann True", "bob False no_consent", "cid False invalid_address", "dan False invalid_address", "eve True", "fay False no_consent",
                "gus False no_customer", "hal False no_customer", "ivy False no_customer", "joe False no_customer",
            }));
            string[] lists = [.. RunReader.Read(run, Recommendations.DataSet).Select(row => row.Text(Recommendations.UserId)!).Distinct()];
            Assert.That(rows.Select(row => row[..3]), Is.EqualTo(lists));
        });
    }

    [Test]
    public void Counters_add_up()
    {
        (_, string run) = mailing.Run(Customers);
        Assert.That(RunReader.ReadManifest(run, Stages.Email).Counters, Is.EquivalentTo(new Dictionary<string, long>
        {
            ["rows_in"] = 10,
            ["rows_kept"] = 2,
            ["dropped_no_customer"] = 4,
            ["dropped_invalid_address"] = 2,
            ["dropped_no_consent"] = 2,
            ["customer_lines"] = 8,
            ["customer_lines_malformed"] = 0,
            ["customers_without_list"] = 2,
            ["suppression_lines"] = 0,
            ["past_send_lines"] = 0,
            ["addresses_valid"] = 6,
            ["addresses_nonconforming"] = 0,
            ["addresses_invalid"] = 2,
            ["quarantined"] = 2,
        }));
    }

    [Test]
    public void Row_of_a_valid_address_holds_keys_and_a_cell_that_opens()
    {
        (_, string run) = mailing.Run(Customers);
        using LocalKeyRing ring = Rings.Open(Rings.Secret);
        Dictionary<string, TableRow> rows = RunReader.Read(run, Recipients.DataSet).ToDictionary(row => row.Text(Recipients.UserId)!);
        Assert.Multiple(() =>
        {
            AssertAddress("ann", "ann@example.com", "ann@example.com");
            AssertAddress("bob", "bob@example.com", "bob@example.com");
            AssertAddress("eve", "e.v.e+shop@gmail.com", "eve@gmail.com");
        });

        void AssertAddress(string user, string normalised, string mailbox)
        {
            TableRow row = rows[user];
            string subjectKey = row.Text(Recipients.SubjectKey)!;
            Assert.That(subjectKey, Is.EqualTo(Rfc.SubjectKey(Rings.Secret, 1, normalised)));
            Assert.That(row.Text(Recipients.MailboxKey), Is.EqualTo(Rfc.MailboxKey(Rings.Secret, 1, mailbox)));
            Assert.That(mailing.Decrypt(ring, run, row), Is.EqualTo(normalised));
            Assert.That(row.Text(Recipients.EmailCiphertext), Does.StartWith(Convert.ToBase64String([2, .. Convert.FromHexString(row.Text(Recipients.DataKeyId)!)])[..22]));
            Assert.That(row.Text(Recipients.HashAlgorithm), Is.EqualTo("HMAC-SHA-256"));
            Assert.That(row.Text(Recipients.PreviousSubjectKey), Is.Null);
            Assert.That(row.Text(Recipients.PreviousMailboxKey), Is.Null);
            Assert.That(row.Time(Recipients.CreatedAt), Is.EqualTo(new DateTime(2026, 1, 10, 12, 0, 0, DateTimeKind.Utc)));
            Assert.That(row.Text(Recipients.RunId), Is.EqualTo(Path.GetFileName(run)));
            Assert.That(row.Text(Recipients.KeyId), Is.EqualTo(ring.CurrentMac().KeyId));
            Assert.That(row.Integer(Recipients.KeyVersion), Is.EqualTo(1));
            Assert.That(row.Text(Recipients.Profile), Is.EqualTo("internal/v1"));
            Assert.That(row.Text(Recipients.Arm), Is.EqualTo("treatment"));
        }
    }

    /// <summary>The newest interaction is at noon of the 10th of January; a row is good for 7 days, its token for 60 more.</summary>
    [TestCase("", "2026-01-10T12:00:00Z", "2026-03-18T12:00:00Z")]
    [TestCase("--expires-after-days 0.5 --unsubscribe-days 1", "2026-01-10T12:00:00Z", "2026-01-12T00:00:00Z")]
    [TestCase("--reference-time 2026-02-01T01:00:00+01:00", "2026-02-01T00:00:00Z", "2026-04-09T00:00:00Z")]
    public void Only_rows_to_mail_have_a_token_which_names_the_mailbox(string options, string issued, string expires)
    {
        (_, string run) = mailing.Run(Customers, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        using LocalKeyRing ring = Rings.Open(Rings.Secret);
        using var tokens = new UnsubscribeTokens(ring);
        TableRow[] rows = [.. RunReader.Read(run, Recipients.DataSet)];
        Assert.That(rows.Count(row => row.Flag(Recipients.Send)), Is.EqualTo(2));
        Assert.Multiple(() =>
        {
            foreach (TableRow row in rows)
            {
                string? text = row.Text(Recipients.UnsubscribeToken);
                Assert.That(text is not null, Is.EqualTo(row.Flag(Recipients.Send)), row.Text(Recipients.UserId));
                if (text is null)
                    continue;
                Assert.That(tokens.Check(text, Time(issued), out UnsubscribeToken? token), Is.EqualTo(TokenVerdict.Valid));
                Assert.That(
                    token, Is.EqualTo(new UnsubscribeToken(row.Text(Recipients.MailboxKey)!, ring.CurrentMac().KeyId, 1, Time(issued), Time(expires))));
            }
        });

        static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Test]
    public void Row_without_a_valid_address_holds_no_key_and_no_cell()
    {
        (_, string run) = mailing.Run(Customers);
        TableRow[] rows = [.. RunReader.Read(run, Recipients.DataSet).Where(row => row.Text(Recipients.Reason) is "invalid_address" or "no_customer")];
        Assert.That(rows, Has.Length.EqualTo(6));
        Assert.Multiple(() =>
        {
            foreach (TableRow row in rows)
            {
                Assert.That(row.Text(Recipients.SubjectKey), Is.Null);
                Assert.That(row.Text(Recipients.MailboxKey), Is.Null);
                Assert.That(row.Text(Recipients.EmailCiphertext), Is.Null);
                Assert.That(row.Text(Recipients.DataKeyId), Is.Null);
                Assert.That(row.Text(Recipients.KeyId), Is.Null);
            }
        });
    }

    [Test]
    public void Keys_repeat_from_process_to_process_and_cells_never_do()
    {
        string one = mailing.Run(Customers).Run, two = mailing.Run(Customers).Run;
        Assert.Multiple(() =>
        {
            Assert.That(Values(one, Recipients.SubjectKey), Is.EqualTo(Values(two, Recipients.SubjectKey)).And.Length.EqualTo(4));
            Assert.That(Values(one, Recipients.MailboxKey), Is.EqualTo(Values(two, Recipients.MailboxKey)).And.Length.EqualTo(4));
            Assert.That(Values(one, Recipients.UnsubscribeToken), Is.EqualTo(Values(two, Recipients.UnsubscribeToken)).And.Length.EqualTo(2));
            Assert.That(Values(one, Recipients.EmailCiphertext).Concat(Values(two, Recipients.EmailCiphertext)), Is.Unique.And.Exactly(8).Items);
        });

        static string[] Values(string run, Column column) =>
            [.. RunReader.Read(run, Recipients.DataSet).Select(row => row.Text(column)).OfType<string>()];
    }

    /// <summary>Everything but the random cells and their hash.</summary>
    [Test]
    public void Same_inputs_give_the_same_quarantine_and_fingerprint()
    {
        string one = mailing.Run(Customers).Run, two = mailing.Run(Customers).Run;
        Assert.That(
            File.ReadAllBytes(Path.Combine(one, "04-addressed", "quarantine.parquet")),
            Is.EqualTo(File.ReadAllBytes(Path.Combine(two, "04-addressed", "quarantine.parquet"))));
        Assert.That(RunReader.ReadManifest(one, Stages.Email).Fingerprint, Is.EqualTo(RunReader.ReadManifest(two, Stages.Email).Fingerprint));
        Assert.That(RunReader.ReadManifest(one, Stages.Email).Randomised.Keys, Is.EqualTo(new[] { "recipients.parquet" }));
    }

    /// <summary>The verdicts add up to the lines of which an address was looked at.</summary>
    [Test]
    public void Addresses_are_counted_by_verdict()
    {
        (_, string run) = mailing.Run(
            """
            user_id,email
            ann,ann.@example.com
            bob,bob@bücher.example
            cid,cid@example
            ann,again@example.com
            ,nobody@example.com
            zed,zed@example.com.
            out,out at example.com
            """);
        IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(run, Stages.Email).Counters;
        Assert.Multiple(() =>
        {
            Assert.That(counters["customer_lines"], Is.EqualTo(7));
            Assert.That(counters["addresses_valid"], Is.EqualTo(1));
            Assert.That(counters["addresses_nonconforming"], Is.EqualTo(2));
            Assert.That(counters["addresses_invalid"], Is.EqualTo(2));
            Assert.That(QuarantineOf(run), Is.EqualTo(new[]
            {
                "4 cid domain_without_dot", "5 ann duplicate_user", "6 - missing_user", "8 - no_at",
            }));
            TableRow ann = RunReader.Read(run, Recipients.DataSet)[0];
            Assert.That(ann.Flag(Recipients.Send), Is.True);
            Assert.That(ann.Text(Recipients.SubjectKey), Is.EqualTo(Rfc.SubjectKey(Rings.Secret, 1, "ann.@example.com")));
        });
    }

    /// <summary>
    /// .NET's own functions give other results for these with ICU than without, or in Turkish and Lithuanian: international domains, marks
    /// that stand apart, capital I, ligatures, joiners, a display name, what <c>MailAddress</c> lets pass.
    /// </summary>
    [TestCase("LANG", "tr_TR.UTF-8")]
    [TestCase("LC_ALL", "az_AZ.UTF-8")]
    [TestCase("LC_ALL", "lt_LT.UTF-8")]
    [TestCase("LC_ALL", "th_TH.UTF-8")]
    [TestCase("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "0")]
    [TestCase("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")]
    public void Identities_are_the_same_bytes_under_every_culture_with_and_without_ICU(string variable, string value)
    {
        string[] lines =
        [
            "user_id,email", "ann,INFO@EXAMPLE.COM", "bob,Illi.I@GMAIL.COM", "cid,INFO@B\u00DCCHER.EXAMPLE", "dan,dan@EX\u00C4MPLE.com",
            "eve,eve@bu\u0308cher.example", "fay,FAY@STRASSE.I\u00CE.EXAMPLE", "gus,a b@example.com", "hal,hal@\uFB01.com", "ivy,ivy@exam\u200Dple.com",
            "joe,joe@\u0130.example", "zed,pes\u019Fe@x.com", "out,ann..out@example.com",
        ];
        string customers = mailing.Folder.Write("cultures.csv", string.Join('\n', lines)), run = mailing.NewRun();
        StageResult result = StageRunner.Run(
            Stages.Email, ["--run", run, "--customers", customers, "--key-ring", mailing.Ring, "--expires-after-days", "0.5", "--max-invalid", "100%", "--without-suppressions"],
            new Dictionary<string, string> { [variable] = value });
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        TableRow[] rows = [.. RunReader.Read(run, Recipients.DataSet)];
        string[] normalised =
        [
            "info@example.com", "illi.i@gmail.com", "info@xn--bcher-kva.example", "dan@xn--exmple-cua.com", "eve@xn--bcher-kva.example",
            "fay@strasse.xn--i-lga.example",
        ];
        Assert.Multiple(() =>
        {
            Assert.That(rows.Select(row => row.Text(Recipients.SubjectKey)).OfType<string>(), Is.EqualTo(normalised.Select(n => Rfc.SubjectKey(Rings.Secret, 1, n))));
            Assert.That(rows[1].Text(Recipients.MailboxKey), Is.EqualTo(Rfc.MailboxKey(Rings.Secret, 1, "illii@gmail.com")));
            Assert.That(rows[1].Text(Recipients.UnsubscribeToken), Is.EqualTo(TokenOf(Rfc.MailboxKey(Rings.Secret, 1, "illii@gmail.com"))));
            Assert.That(rows[0].Time(Recipients.ExpiresAt), Is.EqualTo(new DateTime(2026, 1, 11, 0, 0, 0, DateTimeKind.Utc)));
            Assert.That(QuarantineOf(run), Is.EqualTo(new[]
            {
                "8 gus local_character", "9 hal domain_not_idna", "10 ivy domain_not_idna", "11 joe domain_not_idna", "12 - local_not_ascii",
            }));
            Assert.That(RunReader.ReadManifest(run, Stages.Email).Counters["addresses_nonconforming"], Is.EqualTo(1));
        });
    }

    /// <summary>A token of the shop's newest interaction, for 60.5 days.</summary>
    private static string TokenOf(string mailboxKey)
    {
        using LocalKeyRing ring = Rings.Open(Rings.Secret);
        using var tokens = new UnsubscribeTokens(ring);
        return tokens.Create(mailboxKey, new DateTimeOffset(2026, 1, 10, 12, 0, 0, TimeSpan.Zero), TimeSpan.FromDays(60.5));
    }

    [TestCase("true", true)]
    [TestCase("TRUE", true)]
    [TestCase("yes", true)]
    [TestCase("Y", true)]
    [TestCase("1", true)]
    [TestCase("false", false)]
    [TestCase("no", false)]
    [TestCase("0", false)]
    [TestCase("", false)]
    [TestCase("maybe", false)]
    [TestCase("yes please", false)]
    [TestCase("t", false)]
    [TestCase("2", false)]
    public void Consent_is_given_in_so_many_words(string field, bool isGiven) =>
        Assert.That(CustomerFile.IsConsent(Encoding.UTF8.GetBytes(field)), Is.EqualTo(isGiven));

    [Test]
    public void Without_a_customer_file_nobody_is_mailed_and_the_log_warns()
    {
        (StageResult result, string run) = mailing.Run(customers: null);
        Assert.Multiple(() =>
        {
            Assert.That(Warnings(result), Has.Exactly(1).Contains("nobody is mailed"));
            Assert.That(RunReader.Read(run, Recipients.DataSet).Select(row => row.Text(Recipients.Reason)), Is.EqualTo(Enumerable.Repeat("no_customer", 10)));
            Assert.That(RunReader.Read(run, Quarantine.DataSet), Is.Empty);
        });
    }

    [Test]
    public void Without_a_column_for_consent_everybody_consents_and_the_log_warns()
    {
        (StageResult result, string run) = mailing.Run("user_id,email\nann,ann@example.com\n");
        Assert.That(Warnings(result), Has.Exactly(1).Contains("consent"));
        Assert.That(RunReader.Read(run, Recipients.DataSet)[0].Flag(Recipients.Send), Is.True);
    }

    [Test]
    public void Record_of_JSON_lines_without_consent_is_a_no()
    {
        const string lines = """
            {"user_id":"ann","email":"ann@example.com","consent":"yes"}
            {"user_id":"bob","email":"bob@example.com"}
            """;
        (StageResult result, string run) = mailing.Run(
            null, "--customers", mailing.Folder.Write("customers.jsonl", lines));
        Assert.That(Warnings(result), Has.None.Contains("consent"));
        Assert.That(
            RunReader.Read(run, Recipients.DataSet).Take(2).Select(row => row.Text(Recipients.Reason)), Is.EqualTo(new[] { null, "no_consent" }));
    }

    [Test]
    public void Column_for_consent_that_was_named_must_be_there()
    {
        (StageResult result, _) = mailing.TryRun("user_id,email\nann,ann@example.com\n", "--customer-columns", "consent=opt_in");
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain("opt_in"));
    }

    [Test]
    public void Columns_and_delimiter_can_be_named()
    {
        (_, string run) = mailing.Run(
            "mail;newsletter;number\nann@example.com;yes;ann\n", "--customer-columns", "user=number,email=mail,consent=newsletter", "--delimiter", ";");
        Assert.That(RunReader.Read(run, Recipients.DataSet)[0].Flag(Recipients.Send), Is.True);
    }

    [Test]
    public void First_line_of_a_customer_counts_and_later_ones_are_quarantined()
    {
        (_, string run) = mailing.Run("user_id,email,consent\nann,first@example.com,yes\nann,second@example.com,yes\nann,first@example.com,yes\n");
        TableRow ann = RunReader.Read(run, Recipients.DataSet)[0];
        Assert.That(ann.Flag(Recipients.Send), Is.True);
        Assert.That(ann.Text(Recipients.SubjectKey), Is.EqualTo(Rfc.SubjectKey(Rings.Secret, 1, "first@example.com")));
        Assert.That(QuarantineOf(run), Is.EqualTo(new[] { "3 ann duplicate_user", "4 ann duplicate_user" }));
    }

    /// <summary>Of two lines that disagree, the one that forbids is the one to obey.</summary>
    [TestCase("yes", "no")]
    [TestCase("no", "yes")]
    [TestCase("yes", "")]
    public void Customer_with_a_line_without_consent_is_not_mailed(string first, string second)
    {
        (_, string run) = mailing.Run($"user_id,email,consent\nann,ann@example.com,{first}\nann,ann@example.com,{second}\n");
        TableRow ann = RunReader.Read(run, Recipients.DataSet)[0];
        Assert.That(ann.Text(Recipients.Reason), Is.EqualTo("no_consent"));
        Assert.That(RunReader.ReadManifest(run, Stages.Email).Counters["dropped_no_consent"], Is.EqualTo(1));
    }

    /// <summary>The second line of each cannot be read; what it holds may be a no.</summary>
    [TestCase("ann,ann@example.com,no,more", "no_consent")]
    [TestCase("ann,ann@example.com", "no_consent")]
    [TestCase("ann", "no_consent")]
    [TestCase("ann,\"ann@example.com,no", "no_consent")]
    [TestCase("ann,a\u0000nn@example.com,no", "no_consent")]
    // A yes in it is not to be believed.
    [TestCase("ann,ann@example.com,yes,more", "no_consent")]
    // Of nobody, or of somebody else with the same mailbox.
    [TestCase(",ANN@example.com,no,more", "no_consent")]
    [TestCase("stranger,ann@example.com,no,more", "no_consent")]
    [TestCase("stranger,bob@example.com,no,more", null)]
    [TestCase(",,no,more", null)]
    public void Malformed_line_is_a_no_of_the_customer_it_names(string line, string? expected)
    {
        foreach (string lines in (string[])[$"ann,ann@example.com,yes\n{line}\n", $"{line}\nann,ann@example.com,yes\n"])
        {
            string run = mailing.Run("user_id,email,consent\n" + lines).Run;
            TableRow ann = RunReader.Read(run, Recipients.DataSet)[0];
            Assert.That(ann.Text(Recipients.Reason), Is.EqualTo(expected));
            Assert.That(ann.Text(Recipients.SubjectKey), Is.EqualTo(Rfc.SubjectKey(Rings.Secret, 1, "ann@example.com")));
            Assert.That(QuarantineOf(run), Has.Length.EqualTo(1).And.None.Contains("duplicate_user"));
        }
    }

    /// <summary>Even a later yes with a date does not lift what may be anything; and where nothing is said of consent, there is no no.</summary>
    [Test]
    public void Malformed_line_stands_and_without_a_column_for_consent_it_is_no_no()
    {
        string dated = mailing.Run("user_id,email,consent,consent_date\nann,ann@example.com,no\nann,ann@example.com,yes,2026-01-09\n").Run;
        string without = mailing.Run("user_id,email\nann,ann@example.com\nann,ann@example.com,more\n").Run;
        Assert.That(RunReader.Read(dated, Recipients.DataSet)[0].Text(Recipients.Reason), Is.EqualTo("no_consent"));
        Assert.That(RunReader.Read(without, Recipients.DataSet)[0].Text(Recipients.Reason), Is.Null);
    }

    [TestCase("""{"user_id":"ann","email":"ann@example.com","consent":"yes","consent":"no"}""", "no_consent")]
    [TestCase("""{"user_id":"ann","consent":["no"]}""", "no_consent")]
    [TestCase("""{"user_id":"ann","consent":"no" """, "no_consent")]
    [TestCase("""{"email":"ann@example.com","consent":"no" """, "no_consent")]
    // What stands behind the fault is not made out, nor taken from the line before.
    [TestCase("""{"consent":["no"],"user_id":"ann"}""", null)]
    [TestCase("no", null)]
    public void Malformed_record_of_JSON_lines_is_a_no_of_the_customer_it_names(string record, string? expected)
    {
        string customers = mailing.Folder.Write("malformed.jsonl", """{"user_id":"ann","email":"ann@example.com","consent":"yes"}""" + "\n" + record + "\n");
        string run = mailing.Run(null, "--customers", customers).Run;
        Assert.That(RunReader.Read(run, Recipients.DataSet)[0].Text(Recipients.Reason), Is.EqualTo(expected));
        Assert.That(QuarantineOf(run), Has.Length.EqualTo(1));
    }

    /// <summary>The reference time is 10 January, noon. Lines of a customer: consent and date.</summary>
    [TestCase("yes,2026-01-10T12:00:00Z", true)]
    [TestCase("yes,2026-01-10T12:00:01Z", false)]
    [TestCase("yes,2026-01-09 yes,2027-01-01", true)]
    [TestCase("yes,", true)]
    [TestCase("yes,last-week", false)]
    [TestCase("no,2026-01-08 yes,2026-01-09", true)]
    [TestCase("yes,2026-01-09 no,2026-01-08", true)]
    [TestCase("yes,2026-01-08 no,2026-01-09", false)]
    [TestCase("yes,2026-01-08 no,2026-01-08", false)]
    [TestCase("yes,2026-01-08 no,2027-01-01", false)]
    [TestCase("no,2026-01-08 yes,2027-01-01", false)]
    [TestCase("yes,2026-01-09 no,", false)]
    [TestCase("yes,2026-01-09 no,last-week", false)]
    [TestCase("yes,2026-01-09 yes,last-week", false)]
    [TestCase("yes, no,2026-01-08", false)]
    [TestCase("yes, no,2026-01-08 yes,2026-01-09", false)]
    [TestCase("no,2026-01-07 yes,2026-01-08 no,2026-01-06", true)]
    public void Newest_line_decides_where_all_are_dated_and_a_no_where_not(string lines, bool isMailed)
    {
        string[] each = lines.Split(' ');
        foreach (IEnumerable<string> order in (IEnumerable<string>[])[each, each.Reverse()])
        {
            string run = mailing.Run("user_id,email,consent,consent_date\n" + string.Concat(order.Select(line => $"ann,ann@example.com,{line}\n"))).Run;
            Assert.That(RunReader.Read(run, Recipients.DataSet)[0].Text(Recipients.Reason), Is.EqualTo(isMailed ? null : "no_consent"));
        }
    }

    [Test]
    public void Date_of_consent_is_held_against_the_reference_time()
    {
        const string Future = "user_id,email,consent,since\nann,ann@example.com,yes,2026-03-01\n";
        Assert.That(IsMailed("2026-03-01"), Is.True);
        Assert.That(IsMailed("2026-02-28"), Is.False);

        bool IsMailed(string reference) => RunReader.Read(
            mailing.Run(Future, "--reference-time", reference, "--customer-columns", "consent-date=since").Run, Recipients.DataSet)[0].Flag(Recipients.Send);
    }

    [Test]
    public void Line_that_cannot_be_used_is_quarantined_by_number_without_its_address()
    {
        (_, string run) = mailing.Run(
            """
            user_id,email,consent
            ann,"ann@example.com,yes
            bob,bob@example.com,yes,more
            cid,not an address,yes
            ,nobody@example.com,yes
            dan@example.com,dan,yes
            dan at example.com,dan,yes
            eve,ev€@example.com,yes

            fay,,yes
            stranger,not an address,yes
            gus,gus@example.com,yes
            """);
        Assert.Multiple(() =>
        {
            Assert.That(QuarantineOf(run), Is.EqualTo(new[]
            {
                "2 - malformed_quotes", "3 - wrong_field_count", "4 cid no_at", "5 - missing_user", "6 - no_at",
                "7 - no_at", "8 eve local_not_ascii", "10 fay missing_address", "11 - no_at",
            }));
            Assert.That(RunReader.Read(run, Quarantine.DataSet).Select(row => row.Text(Quarantine.Source)), Is.All.EqualTo("customers.csv"));
            Assert.That(RunReader.Read(run, Recipients.DataSet).Single(row => row.Flag(Recipients.Send)).Text(Recipients.UserId), Is.EqualTo("gus"));
        });
    }

    /// <summary>The same content has the same key in other runs and lines, and nothing else has; a line that was not cut into fields has none.</summary>
    [Test]
    public void Quarantine_tells_a_bad_address_again_by_a_keyed_hash()
    {
        string[] first = FieldKeysOf(mailing.Run("user_id,email\nann,ann at example.com\nbob,\ncid,ANN at example.com\ndan,a,b\n,nobody@example.com\n").Run);
        string[] second = FieldKeysOf(mailing.Run($"user_id,email\neve, ann at example.com\nfay,{new string('x', 100_000)}\n").Run);
        string[] other = FieldKeysOf(mailing.Run(
            "user_id,email\nann,ann at example.com\n", "--key-ring", Rings.Write(mailing.Folder, "other/ring.json", Rings.OtherSecret)).Run);
        Assert.Multiple(() =>
        {
            Assert.That(first, Is.EqualTo(new[]
            {
                Rfc.FieldKey(Rings.Secret, 1, "ann at example.com"), "-", Rfc.FieldKey(Rings.Secret, 1, "ANN at example.com"), "-",
                Rfc.FieldKey(Rings.Secret, 1, "nobody@example.com"),
            }));
            Assert.That(second, Is.EqualTo(new[] { first[0], Rfc.FieldKey(Rings.Secret, 1, new string('x', 100_000)) }));
            Assert.That(other, Is.EqualTo(new[] { Rfc.FieldKey(Rings.OtherSecret, 1, "ann at example.com") }).And.Not.EqualTo(first[..1]));
        });

        static string[] FieldKeysOf(string run) => [.. RunReader.Read(run, Quarantine.DataSet).Select(row => row.Text(Quarantine.FieldKey) ?? "-")];
    }

    [Test]
    public void Line_that_is_no_text_is_quarantined()
    {
        string customers = mailing.Folder.File("bytes.csv"), run = mailing.NewRun();
        File.WriteAllBytes(customers, [.. "user_id,email\nann,a"u8, 0xED, 0xA0, 0x80, .. "@example.com\nbob,b"u8, 0xFF, .. "@example.com\ncid,cid@example.com\n"u8]);
        StageRunner.MustRun(Stages.Email, "--run", run, "--key-ring", mailing.Ring, "--customers", customers, "--max-invalid", "100%", "--without-suppressions");
        Assert.That(QuarantineOf(run), Is.EqualTo(new[] { "2 - invalid_utf8", "3 - invalid_utf8" }));
        Assert.That(RunReader.Read(run, Recipients.DataSet)[2].Flag(Recipients.Send), Is.True);
    }

    [TestCase("", "2026-01-17T12:00:00Z")]
    [TestCase("--expires-after-days 0.25", "2026-01-10T18:00:00Z")]
    [TestCase("--reference-time 2026-02-01", "2026-02-08T00:00:00Z")]
    [TestCase("--reference-time 2026-02-01T01:00:00+01:00 --expires-after-days 1", "2026-02-02T00:00:00Z")]
    public void Rows_expire_so_many_days_after_the_reference_time(string options, string expected)
    {
        (_, string run) = mailing.Run(Customers, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        DateTime time = DateTime.Parse(expected, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AdjustToUniversal);
        Assert.That(RunReader.Read(run, Recipients.DataSet).Select(row => row.Time(Recipients.ExpiresAt)), Is.All.EqualTo(time));
    }

    [Test]
    public void First_run_makes_a_key_ring_for_its_owner_and_says_so()
    {
        string home = mailing.Folder.File("home"), run = mailing.NewRun();
        string customers = mailing.Folder.Write("first.csv", Customers);
        var environment = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = home };
        StageResult first = StageRunner.Run(Stages.Email, ["--run", run, "--customers", customers, "--max-invalid", "100%", "--without-suppressions"], environment);
        StageResult second = StageRunner.Run(Stages.Email, ["--run", run, "--customers", customers, "--max-invalid", "100%", "--without-suppressions"], environment);
        string ring = Path.Combine(home, "pipeline", "keyring.json");
        Assert.Multiple(() =>
        {
            Assert.That(first.ExitCode, Is.Zero, first.Error);
            Assert.That(Warnings(first), Has.Exactly(1).Contains("made a new key ring").And.Contains(ring));
            Assert.That(File.GetUnixFileMode(ring), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(Directory.GetFiles(Path.Combine(home, "pipeline")), Is.EquivalentTo(new[] { ring, Path.Combine(home, "pipeline", ".keyring.json.lock") }));
            Assert.That(Directory.GetDirectories(Path.Combine(home, "pipeline")), Is.EqualTo(new[] { Path.Combine(home, "pipeline", "keystore") }));
            Assert.That(second.Output, Does.Contain("already done").And.Not.Contain("made a new"));
        });
    }

    [Test]
    public void Lost_key_ring_is_noticed()
    {
        string ring = mailing.Folder.File("lost/ring.json"), run = mailing.NewRun();
        StageRunner.MustRun(Stages.Email, "--run", run, "--key-ring", ring);
        byte[] before = File.ReadAllBytes(Path.Combine(run, "04-addressed", "recipients.parquet"));
        File.Delete(ring);
        StageResult again = StageRunner.Run(Stages.Email, ["--run", run, "--key-ring", ring]);
        Assert.That(again.ExitCode, Is.EqualTo(6), again.Output);
        Assert.That(File.ReadAllBytes(Path.Combine(run, "04-addressed", "recipients.parquet")), Is.EqualTo(before));
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.OtherRead)]
    public void Key_ring_that_others_can_read_is_refused(UnixFileMode others)
    {
        string ring = Rings.Write(mailing.Folder, $"open/{others}.json", Rings.Secret);
        File.SetUnixFileMode(ring, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
        (StageResult result, string run) = mailing.TryRun(Customers, "--key-ring", ring);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2));
            Assert.That(RunReader.ReadErrorMessage(run, Stages.Email), Does.Contain(ring));
            Assert.That(RunReader.IsFinished(run, Stages.Email), Is.False);
        });
    }

    [Test]
    public void Damaged_key_ring_is_refused()
    {
        string ring = Rings.Write(mailing.Folder, "damaged/ring.json", """{ "format": 1, "version": 1, "secret": "AAECAw""");
        (StageResult result, _) = mailing.TryRun(Customers, "--key-ring", ring);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error + result.Output, Does.Contain(ring).And.Not.Contain("AAECAw"));
    }

    [Test]
    public void Processes_that_make_the_ring_at_once_end_with_one()
    {
        for (int round = 0; round < 3; round++)
        {
            string ring = mailing.Folder.File($"race-{round}/ring.json");
            string customers = mailing.Folder.Write("race.csv", Customers);
            string[] started = [.. Enumerable.Range(0, 3).Select(_ => mailing.NewRun())];
            Process[] processes = [.. started.Select(run => StageRunner.Start(Stages.Email, ["--run", run, "--key-ring", ring, "--customers", customers, "--max-invalid", "100%", "--without-suppressions"]))];
            string[] outputs = [.. processes.Select(process => process.StandardOutput.ReadToEnd())];
            foreach (Process process in processes)
            {
                process.WaitForExit();
                Assert.That(process.ExitCode, Is.Zero, process.StandardError.ReadToEnd());
                process.Dispose();
            }
            Assert.That(outputs.Count(output => output.Contains("made a new key ring", StringComparison.Ordinal)), Is.EqualTo(1));
            Assert.That(started.Select(run => RunReader.Read(run, Recipients.DataSet)[0].Text(Recipients.SubjectKey)).Distinct().Count(), Is.EqualTo(1));
            Assert.That(Directory.GetFiles(Path.GetDirectoryName(ring)!), Is.EquivalentTo(new[] { ring, Path.Combine(Path.GetDirectoryName(ring)!, $".{Path.GetFileName(ring)}.lock") }));
        }
    }

    [Test]
    public void Mistakes_in_the_options_are_all_listed()
    {
        (StageResult result, _) = mailing.TryRun(
            customers: null, "--customers", mailing.Folder.File("missing.csv"), "--delimiter", "||", "--expires-after-days", "0", "--customer-columns", "name=x");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2));
            Assert.That(result.Error, Does.Contain("missing.csv' does not exist."));
            Assert.That(result.Error, Does.Contain("--delimiter '||'"));
            Assert.That(result.Error, Does.Contain("--expires-after-days '0' must be a number, from 0.01 to 3650."));
            Assert.That(result.Error, Does.Contain("--customer-columns 'name=x' has the unknown key 'name'"));
        });
    }

    private static string[] QuarantineOf(string run) =>
    [
        .. RunReader.Read(run, Quarantine.DataSet).Select(row =>
            $"{row.Integer(Quarantine.Line)} {row.Text(Quarantine.UserId) ?? "-"} {row.Text(Quarantine.Reason)}"),
    ];

    private static string[] Warnings(StageResult result) =>
        [.. result.Output.Split('\n').Where(line => line.Contains("\"LogLevel\":\"Warning\"", StringComparison.Ordinal))];
}
