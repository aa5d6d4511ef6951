"""`make figures` draws img/ again."""

from pictures import save_all

if __name__ == "__main__":
    for path in save_all():
        print(f"{path.stat().st_size / 1000:6.1f} kB  {path}")
