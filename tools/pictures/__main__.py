"""`make figures` draws img/ again."""

import argparse

from pictures import save_all

if __name__ == "__main__":
    argparse.ArgumentParser(prog="pictures", description="Draw img/ again.").parse_args()
    for path in save_all():
        print(f"{path.stat().st_size / 1000:6.1f} kB  {path}")
