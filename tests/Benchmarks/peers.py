"""Fits others on the same interactions, recommends ten items to every user, and prints a row of the table of the SAR benchmark.

    dotnet run --project tests/Benchmarks -c Release -- sar make zipf.bin 0
    PYTHONPATH=<checkout of recommenders-team/recommenders> python3 tests/Benchmarks/peers.py reference zipf.bin
    PYTHONPATH=<built checkout of benfred/implicit> OPENBLAS_NUM_THREADS=1 python3 tests/Benchmarks/peers.py implicit-20 zipf.bin

reference    SAR of Microsoft's recommenders: Jaccard, half-life 30 days, 1,000 users a call, one thread
implicit-K   item-item with the K nearest by cosine, fitted on all threads; a cut-down model, without weights and times

Only fitting and recommending are timed, not reading. Needs numpy and pandas, for implicit scipy as well.
"""
import resource
import sys
import time

import numpy as np
import pandas as pd

USERS_PER_CALL = {"reference": 1_000, "implicit": 50_000}


def read(path):
    """Rows, users and items, then the four columns, as SarBenchmark writes them."""
    with open(path, "rb") as file:
        rows = int(np.fromfile(file, np.int32, 3)[0])
        users, items = np.fromfile(file, np.int32, rows), np.fromfile(file, np.int32, rows)
        weights, microseconds = np.fromfile(file, np.float64, rows), np.fromfile(file, np.int64, rows)
    return pd.DataFrame({"user": users, "item": items, "rating": weights, "timestamp": microseconds // 1_000_000})


def run_reference(data):
    from recommenders.models.sar import SAR

    users = pd.DataFrame({"user": data["user"].unique()})

    def work():
        model = SAR(
            col_user="user", col_item="item", col_rating="rating", col_timestamp="timestamp", similarity_type="jaccard",
            threshold=1, time_decay_coefficient=30, timedecay_formula=True)
        model.fit(data)
        for first in range(0, len(users), USERS_PER_CALL["reference"]):
            model.recommend_k_items(users.iloc[first:first + USERS_PER_CALL["reference"]], top_k=10, remove_seen=True)

    return work


def run_implicit(data, neighbours):
    from implicit.nearest_neighbours import CosineRecommender
    from scipy import sparse

    users, _ = pd.factorize(data["user"])
    items, _ = pd.factorize(data["item"])
    matrix = sparse.coo_matrix((np.ones(len(data)), (users, items))).tocsr()
    matrix.data[:] = 1

    def work():
        model = CosineRecommender(K=neighbours)
        model.fit(matrix, show_progress=False)
        for first in range(0, matrix.shape[0], USERS_PER_CALL["implicit"]):
            ids = np.arange(first, min(first + USERS_PER_CALL["implicit"], matrix.shape[0]))
            model.recommend(ids, matrix[ids], N=10, filter_already_liked_items=True)

    return work


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    peer, path = sys.argv[1:]
    data = read(path)
    work = run_reference(data) if peer == "reference" else run_implicit(data, int(peer.removeprefix("implicit-")))
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(f"| {len(data):,} rows | {peer} | {wall:.2f} | {cpu:.2f} | {peak:,.0f} | | |")


if __name__ == "__main__":
    main()
