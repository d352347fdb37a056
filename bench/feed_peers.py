#!/usr/bin/env python3
"""The same feeds through feedparser (pip install feedparser), for comparison with bench_feed in one run.

usage: feed_peers.py BENCH_FEED [FILE...]"""
import os, statistics, subprocess, sys, tempfile, time

import feedparser


def mb_per_s(data):
    rates = []
    for _ in range(3):
        start = time.perf_counter()
        feedparser.parse(data)
        rates.append(len(data) / 1e6 / (time.perf_counter() - start))
    return statistics.median(rates)


with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], '--write', folder], check=True)
    paths = [os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.endswith('.xml')] + sys.argv[2:]
    print(subprocess.run([sys.argv[1]] + sys.argv[2:], check=True, stdout=subprocess.PIPE).stdout.decode(), end='')
    for path in paths:
        data = open(path, 'rb').read()
        print('%-36s %9d bytes   feedparser %s %6.1f MB/s' % (os.path.basename(path), len(data), feedparser.__version__, mb_per_s(data)))
