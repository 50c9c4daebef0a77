namespace Pipeline.Cli.Generate;

/// <summary>
/// Makes a shop: a year of interactions, a catalogue and a customer list, with the tastes, series, seasons and trends behind
/// them in files of their own, so that a recommender can be scored against the truth. README.md has the formulas.
/// </summary>
internal static class ShopGenerator
{
    /// <summary>
    /// Writes interactions.csv, catalogue.csv, customers.csv, truth.csv, truth-items.csv and truth-categories.csv. The same
    /// options give the same bytes on every machine. Memory: about 35 bytes per user, 65 per item and 60 per line of the
    /// busiest day.
    /// </summary>
    /// <param name="options">What to make.</param>
    /// <param name="outputDirectory">Created where missing; files of these names are replaced, others left alone.</param>
    /// <param name="progress">Gets the lines of interactions.csv written so far, after each day of the period.</param>
    /// <param name="cancellation">Stops the work and removes what was written.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written to.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Generate(
        ShopOptions options, string outputDirectory, IProgress<long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);

        var catalogue = new Catalogue(options);
        cancellation.ThrowIfCancellationRequested();
        var users = new UserPopulation(options, catalogue);
        cancellation.ThrowIfCancellationRequested();

        using var files = new OutputFiles(outputDirectory);
        ShopFiles.WriteCatalogue(files, options, catalogue);
        ShopFiles.WriteCustomers(files, options, users);
        cancellation.ThrowIfCancellationRequested();
        ShopFiles.WriteTastes(files, options, catalogue, users);
        ShopFiles.WriteItemTruth(files, options, catalogue);
        new InteractionLog(options, catalogue, users, files.Create(ShopFiles.Interactions, InteractionLog.Header))
            .Write(progress, cancellation);
        files.Commit();
    }
}
