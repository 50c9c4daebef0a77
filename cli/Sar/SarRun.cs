using System.Diagnostics;
using Pipeline.Cli.Run;
using Pipeline.Hosting;
using Pipeline.Sar;

namespace Pipeline.Cli.Sar;

/// <summary>From a file of interactions to files of results: read, fit, recommend, write.</summary>
internal static class SarRun
{
    private const long MicrosPerYear = 31_556_952 * Times.MicrosPerSecond;
    private const int MostYearsOff = 50;
    private const double BytesPerMb = 1e6;

    /// <summary>Does what is asked.</summary>
    /// <exception cref="StageException">A file is refused, or the reference time is.</exception>
    public static async Task<SarSummary> ExecuteAsync(SarRequest request, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        InteractionTable table = Read(request, cancellation);
        CheckReferenceTime(request, table.Rows);
        // Before the work, for a wrong id in them ends it.
        int[]? users = (request.Users ?? request.SimilarUsers) is { } named ? NamedIds.ReadUsers(named, request, table.Users) : null;
        List<SeedSet>? seeds = request.Seeds is { } file ? NamedIds.ReadSeeds(file, request, table.Items) : null;
        double readSeconds = Lap(ref started);

        SarModel model = Fit(request, table.Rows, cancellation);
        double fitSeconds = Lap(ref started);

        var results = new Results(model, table.Users, table.Items);
        PopularFill? fill = request.FillWithPopular ? new PopularFill(model, request.Lists) : null;
        Result lists = request.Popular is { } count ? results.Popular(count)
            : seeds is not null ? results.ForSeeds(seeds, RecommendForSeeds(request, model, seeds, cancellation), fill)
            : request.SimilarUsers is not null ? results.MostSimilarUsers(users!, FindSimilarUsers(request, model, users!, cancellation))
            : results.Recommendations(Recommend(request, model, users, cancellation), fill);
        double recommendSeconds = Lap(ref started);

        List<(string Path, Result Result)> written = [(request.Output, lists)];
        if (request.SimilarityOutput is { } similarity)
            written.Add((similarity, results.Similarity(cancellation)));
        if (request.AffinityOutput is { } affinity)
            written.Add((affinity, results.Affinities()));
        await WriteAsync(written, cancellation);
        return new SarSummary(
            table.Rows.Count, table.Users.Count, table.Items.Count,
            Math.Round(readSeconds, 3), Math.Round(fitSeconds, 3), Math.Round(recommendSeconds, 3), PeakMb());
    }

    private static InteractionTable Read(SarRequest request, CancellationToken cancellation)
    {
        const int steps = 1000;
        InteractionTable? table = null;
        ProgressBar.Show("reading interactions", steps, progress => table = InteractionTable.Read(
            request, (done, length) => progress.Report((long)((double)done / Math.Max(length, 1) * steps)), cancellation));
        return table!;
    }

    /// <summary>Says what memory it will take, and refuses before the work what cannot be kept.</summary>
    private static SarModel Fit(SarRequest request, Interactions rows, CancellationToken cancellation)
    {
        SarOptions options = request.Model with { OtherMemory = ProcessMemory.Settle() - rows.Bytes };
        try
        {
            SarEstimate estimate = SarModel.Estimate(rows, options, request.Lists, request.Threads);
            Console.Error.WriteLine($"memory: about {estimate.Peak / BytesPerMb:N0} MB");
            return SarModel.Fit(rows, options, request.Threads, cancellation);
        }
        catch (SarMemoryException e)
        {
            throw new StageException(ExitCode.OutOfMemory, e.Message, cause: e);
        }
    }

    private static RecommendationLists Recommend(SarRequest request, SarModel model, int[]? users, CancellationToken cancellation) =>
        UnderBar("recommending", users?.Length ?? model.UserCount, progress => users is null
            ? model.RecommendAll(request.Lists, progress, request.Threads, cancellation)
            : model.Recommend(users, request.Lists, progress, request.Threads, cancellation));

    private static RecommendationLists RecommendForSeeds(SarRequest request, SarModel model, List<SeedSet> seeds, CancellationToken cancellation) =>
        UnderBar("recommending", seeds.Count, progress => model.RecommendForItems(
            SeedSet.ToInteractions(seeds, model.ItemCount), request.Lists, progress, request.Threads, cancellation));

    private static Ranking[] FindSimilarUsers(SarRequest request, SarModel model, int[] users, CancellationToken cancellation) =>
        UnderBar("finding similar users", users.Length, progress => model.SimilarUsers(users, request.Lists.K, progress, request.Threads, cancellation));

    private static T UnderBar<T>(string what, int total, Func<IProgress<int>, T> work)
        where T : class
    {
        T? done = null;
        ProgressBar.Show(what, total, bar => done = work(new ListProgress(bar)));
        return done!;
    }

    /// <summary>Refuses a reference time that was hardly meant: far from the data, or a day written as a number.</summary>
    private static void CheckReferenceTime(SarRequest request, Interactions rows)
    {
        if (request.Model.ReferenceTime is not { } reference || rows.NewestTime() is not { } newest)
            return;
        long oldest = newest;
        foreach (long time in rows.Times.Span)
            oldest = Math.Min(oldest, time);
        bool isFar = Math.Abs(reference - newest) > MostYearsOff * MicrosPerYear;
        bool isDay = !request.ReferenceTime!.Contains('-', StringComparison.Ordinal) && Times.LooksLikeDate(reference) && reference < oldest;
        if (isFar || isDay)
            throw new StageException(
                ExitCode.Usage,
                $"--reference-time '{request.ReferenceTime}' is {Times.Text(reference)}, far from the interactions, which are from {Times.Text(oldest)} to {Times.Text(newest)}: write it as seconds since 1970 or like 2021-10-28.");
    }

    /// <summary>Writes all files, and gives them their names only when all are whole.</summary>
    private static async Task WriteAsync(List<(string Path, Result Result)> files, CancellationToken cancellation)
    {
        var written = new List<ResultFile>();
        try
        {
            foreach ((string path, Result result) in files)
            {
                ResultFile file = await ResultFile.CreateAsync(path, result.Schema, cancellation);
                written.Add(file);
                await result.WriteAsync(file);
            }
            foreach (ResultFile file in written)
                await file.CompleteAsync();
            foreach (ResultFile file in written)
                file.Commit();
        }
        finally
        {
            foreach (ResultFile file in written)
                await file.DisposeAsync();
        }
    }

    private static double Lap(ref long started)
    {
        long now = Stopwatch.GetTimestamp();
        double seconds = Stopwatch.GetElapsedTime(started, now).TotalSeconds;
        started = now;
        return seconds;
    }

    private static double PeakMb()
    {
        using var process = Process.GetCurrentProcess();
        return Math.Round(process.PeakWorkingSet64 / BytesPerMb, 1);
    }

    private sealed class ListProgress(IProgress<long> bar) : IProgress<int>
    {
        public void Report(int value) => bar.Report(value);
    }
}
