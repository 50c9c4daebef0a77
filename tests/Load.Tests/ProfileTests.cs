using System.Text;

namespace Pipeline.Load.Tests;

public class ProfileTests
{
    [Test]
    public void Profile_says_what_the_interactions_look_like()
    {
        using LoadRun load = LoadRun.Of(
            """
            user_id,item_id,time,event,quantity,price
            u2,i1,2024-05-03T10:00:00.5Z,purchase,2,1.5
            u1,i1,2024-05-01,view,,
            u1,i2,2024-05-04 23:30,return,-1,0.5
            u1,POST,2020-01-01,purchase,1,9
            u3,i3,never,view,,
            ,i3,2024-05-01,view,,
            u1,i1,2024-05-02,view,,
            """,
            "--exclude-items", "POST");

        Assert.That(Encoding.UTF8.GetString(load.Output.Bytes("profile.json")), Is.EqualTo("""
            {
              "lines": 7,
              "interactions": 4,
              "dropped": {
                "excluded_item": 1,
                "invalid_time": 1,
                "missing_user": 1
              },
              "users": 2,
              "items": 2,
              "from": "2024-05-01T00:00:00+00:00",
              "to": "2024-05-04T23:30:00+00:00",
              "events": {
                "purchase": 1,
                "return": 1,
                "view": 2
              },
              "revenue": 2.5
            }
            """));
    }

    [Test]
    public void Profile_holds_times_at_the_ends_of_what_is_plausible()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time
            u1,i1,1990-01-01
            u1,i1,2099-12-31T23:59:59.999999
            """);

        Assert.That(
            Encoding.UTF8.GetString(load.Output.Bytes("profile.json")),
            Does.Contain("\"from\": \"1990-01-01T00:00:00+00:00\"").And.Contain("\"to\": \"2099-12-31T23:59:59.999999+00:00\""));
    }
}
