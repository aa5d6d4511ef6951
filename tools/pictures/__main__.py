"""`make figures` draws img/ again."""

import argparse
import sys

from cnncourse.__main__ import answered
from pictures import save_all


def main() -> int:
    """Draw all pictures and name them."""
    argparse.ArgumentParser(prog="pictures", description="Draw img/ again.").parse_args()
    for path in save_all():
        print(f"{path.stat().st_size / 1000:6.1f} kB  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(answered(main))
