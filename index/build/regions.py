#!/usr/bin/env python3
"""Builds index/regions/divisions.tsv from three published packages (see README.md beside this file).

Usage: regions.py CHINA_DIVISION_DIR LOC_DAT GB2260_DATA_RS > ../regions/divisions.tsv
"""
import collections
import csv
import re
import sys
from pathlib import Path

# Special regions are one line each: their inner codes are not used in the register.
SPECIAL = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}
# loc.dat writes four counties of Daxing'anling in traditional characters.
SIMPLIFIED = str.maketrans("區達嶺", "区达岭")
UNKNOWN = "?"


def in_force(folder):
    """Code -> name of the tree of the National Bureau of Statistics, without development zones.

    Zones have the fifth digit 7; they and the county that Jiayuguan is given to itself are statistical
    units and no divisions of GB/T 2260.
    """
    names = {}
    for file, zeros in (("provinces", "0000"), ("cities", "00"), ("areas", "")):
        with open(folder / "dist" / f"{file}.csv", encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                code = row["code"] + zeros
                if not (file == "areas" and (code[4] == "7" or code == "620201")):
                    names[code] = row["name"]
    return names


def history(path):
    """Code -> [(first year, last year, name)] since 1980; an empty year is an open end."""
    spans = collections.defaultdict(list)
    province = ""
    for line in open(path, encoding="utf-8"):
        if found := re.match(r'(\d\d) province=', line):
            province = found[1]
        elif found := re.match(r'\s+(\d{4}) county="(.*)"', line):
            for span in found[2].split(","):
                first, last, name = re.match(r"(?:\[(\d*)-(\d*)\])?(.+)$", span).groups()
                spans[province + found[1]].append((first or "", last or "", name.translate(SIMPLIFIED)))
    return spans


def revisions(path):
    """Code -> [(first year, last year, name)] over the revisions of 2002 to 2016."""
    seen = collections.defaultdict(list)
    for table in re.finditer(r"static DIVISIONS_(\d{4})\d\d(.*?)\n};", Path(path).read_text(encoding="utf-8"), re.S):
        for code, name in re.findall(r'"(\d{6})",\s*"([^"]*)"', table[2]):
            seen[code, name].append(table[1])
    spans = collections.defaultdict(list)
    for (code, name), years in seen.items():
        spans[code].append((min(years), max(years), name))
    return spans


def main(division_dir, loc_dat, data_rs):
    current, old = in_force(Path(division_dir)), history(loc_dat)
    for code, spans in revisions(data_rs).items():
        old.setdefault(code, spans)
    rows = {(code, name): ("", "") for code, name in {**current, **SPECIAL}.items()}
    for code, spans in old.items():
        if code in SPECIAL or code[:2] in ("71", "81", "82"):
            continue
        for first, last, name in spans:
            if current.get(code) == name:
                last = ""
            elif not last and not (first or name == "市辖区"):
                # Listed as never changed, yet gone from the tree: ended in a year nobody noted.
                last = UNKNOWN
            elif not last and code in current:
                # Same code, other spelling of a collective entry: the tree's spelling wins.
                continue
            rows[code, name] = (first, last)
    print("# code, name, first year, last year (empty = in force, ? = not known); built by index/build/regions.py")
    for (code, name), (first, last) in sorted(rows.items(), key=lambda row: (row[0][0], row[1][1] or "9", row[0][1])):
        print(code, name, first, last, sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
