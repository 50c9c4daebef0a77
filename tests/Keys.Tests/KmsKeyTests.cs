namespace Pipeline.Keys.Tests;

public class KmsKeyTests
{
    [TestCase("arn:aws:kms:eu-west-1:111111111111:key/abc", "1")]
    [TestCase("arn:aws:kms:eu-west-1:111111111111:key/abc, arn:aws-us-gov:kms:eu-west-1:111111111111:key/mrk-1d", "1,2")]
    [TestCase("2=arn:aws:kms:eu-west-1:111111111111:key/abc", "2")]
    [TestCase("2=arn:aws:kms:eu-west-1:111111111111:key/abc,3=arn:aws:kms:eu-west-1:111111111111:key/abd", "2,3")]
    public void List_of_keys_is_read(string text, string versions)
    {
        Assert.That(KmsKey.TryParse(text, out IReadOnlyList<KmsKey> keys), Is.Null);
        Assert.That(string.Join(',', keys.Select(key => key.Version)), Is.EqualTo(versions));
        Assert.That(keys.Select(key => key.Region), Is.All.EqualTo("eu-west-1"));
    }

    [TestCase("")]
    [TestCase("alias/pipeline")]
    [TestCase("arn:aws:kms:eu-west-1:111111111111:alias/pipeline")]
    [TestCase("arn:aws:kms:eu-west-1:111111111111:key/")]
    [TestCase("arn:aws:s3:eu-west-1:111111111111:key/abc")]
    [TestCase("0=arn:aws:kms:eu-west-1:111111111111:key/abc")]
    [TestCase("x=arn:aws:kms:eu-west-1:111111111111:key/abc")]
    [TestCase("arn:aws:kms:eu-west-1:111111111111:key/abc,arn:aws:kms:eu-west-1:111111111111:key/abc")]
    [TestCase("2=arn:aws:kms:eu-west-1:111111111111:key/abc,1=arn:aws:kms:eu-west-1:111111111111:key/abd")]
    [TestCase("arn:aws:kms:eu-west-1:111111111111:key/a,arn:aws:kms:eu-west-1:111111111111:key/b,arn:aws:kms:eu-west-1:111111111111:key/c")]
    public void Other_texts_are_no_list_of_keys(string text) => Assert.That(KmsKey.TryParse(text, out _), Is.Not.Null);
}
