"""The same edge files through OR-Tools' min-cost flow: a JSON line with objective, solve time and peak memory.

`python benches/ortools_flow.py edges.csv quotas.csv`; `benches/run` installs OR-Tools beside it.
"""

import json
import sys
import time

import numpy as np
from ortools.graph.python import min_cost_flow

PIECE = 1 << 24


def names(texts, known):
    """Numbers of names by first appearance."""
    return np.fromiter((known.setdefault(text, len(known)) for text in texts), np.int64, len(texts))


def edges(path, vacancies):
    """Worker, vacancy and score of each edge, read piece by piece so that the text never stands in memory as a whole."""
    workers, pieces, left = {}, [], b""
    with open(path, "rb") as file:
        file.readline()
        while piece := file.read(PIECE):
            text, _, left = (left + piece).rpartition(b"\n")
            cells = text.replace(b"\n", b",").split(b",")
            scores = np.array(cells[2::3], dtype="S8").astype(np.int32)
            pieces.append((names(cells[0::3], workers).astype(np.int32), names(cells[1::3], vacancies).astype(np.int32), scores))
    return len(workers), *(np.concatenate([piece[k] for piece in pieces]) for k in range(3))


def main():
    """Places first: source to workers, workers to vacancies, vacancies to the sink; who stays away goes around."""
    start = time.perf_counter()
    with open(sys.argv[2], "rb") as file:
        rows = [line.rstrip(b"\n").split(b",") for line in file][1:]
    vacancies = {name: number for number, (name, _) in enumerate(rows)}
    quotas = np.array([int(quota) for _, quota in rows], np.int64)
    count, worker, vacancy, score = edges(sys.argv[1], vacancies)
    read = time.perf_counter() - start
    source, sink = count + len(quotas), count + len(quotas) + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    one = np.ones(len(worker), np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(worker, vacancy + np.int32(count), one, -score.astype(np.int64))
    del one, worker, vacancy, score
    people = np.arange(count, dtype=np.int32)
    ones, none = np.ones(count, np.int64), np.zeros(count, np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(np.full(count, source, np.int32), people, ones, none)
    posts = np.arange(count, count + len(quotas), dtype=np.int32)
    flow.add_arcs_with_capacity_and_unit_cost(posts, np.full(len(quotas), sink, np.int32), quotas, np.zeros(len(quotas), np.int64))
    flow.add_arc_with_capacity_and_unit_cost(source, sink, count, 0)
    flow.set_node_supply(source, count)
    flow.set_node_supply(sink, -count)
    start = time.perf_counter()
    status = flow.solve()
    took = time.perf_counter() - start
    assert status == flow.OPTIMAL, status
    with open("/proc/self/status", encoding="ascii") as file:
        peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
    print(json.dumps({"objective": -flow.optimal_cost(), "seconds_read": round(read, 3), "seconds_solve": round(took, 3),
                      "mb": peak / 1024}))


main()
