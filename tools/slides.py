"""Write the executed notebooks as slides that need no network.

    make slides

reveal.js shows them; it lies beside them, as npm brought it. Formulas are MathML and pictures are
part of the page, as in ``cnncourse.run.pages``. Of an explorer a slide shows the static face: to
move its sliders in front of a class, present in JupyterLab (see docs/handouts-and-slides.md).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import nbformat
from nbconvert.exporters import SlidesExporter

from cnncourse.__main__ import answered
from cnncourse.files import write_tree
from cnncourse.run import pages, store

ROOT = Path(__file__).resolve().parent.parent
REVEAL = Path(sys.prefix) / "node_modules" / "reveal.js"  # beside the Python of .venv
WIDTH, HEIGHT = 1280, 720
MOST = 750  # pixels of cells on one slide: they are shown at 95 % at least
TALL = 620  # pixels: the most that a picture may be high

TEMPLATE = """
{%- extends 'reveal/index.html.j2' -%}
{%- block html_head_js %}{% endblock -%}
{%- block html_head_js_mathjax %}{% endblock -%}
{%- block jupyter_widgets %}{% endblock -%}
{%- block html_head_css -%}<style>STYLE</style>{%- endblock -%}
{%- block input -%}
{%- if not cell.metadata.get('jupyter', {}).get('source_hidden') -%}{{ super() }}{%- endif -%}
{%- endblock -%}
{%- block footer_js -%}
<script src="reveal.js/dist/reveal.js"></script>
<script src="reveal.js/plugin/notes/notes.js"></script>
<script>SCRIPT</script>
{%- endblock -%}
"""
STYLE = """
.reveal { font-size: 24px; }
.reveal .slides { text-align: left; }
.reveal .slides section .jp-RenderedHTMLCommon { font-size: 24px; line-height: 1.35; }
.reveal .slides h1 { font-size: 1.7em; text-transform: none; }
.reveal .slides h2 { font-size: 1.4em; text-transform: none; }
.reveal .slides h3 { font-size: 1.15em; text-transform: none; }
.reveal .slides pre { width: 100%; margin: 0; box-shadow: none; font-size: 18px; }
.reveal .slides img, .reveal .slides svg { max-height: TALLpx; margin: 0; }
.reveal .slides .folded { display: flex; gap: 40px; align-items: flex-start; }
.reveal .slides .folded svg { flex: none; }
.reveal .slides .jp-Cell:has(p:has(img) ~ p img) img { max-height: 280px; }
.reveal .slides .jp-OutputArea-output > figure:nth-of-type(n + 2) { display: none; }
.reveal .slides .jp-OutputArea-output figcaption { font-size: 20px; line-height: 1.3; }
.reveal .slides .jp-OutputArea-output > figure::after { content: "A still picture: it moves in \
JupyterLab."; font-size: 16px; opacity: 0.7; }
.reveal .slides table { font-size: 18px; }
.reveal .slides table math { font-size: 1.15em; }
.reveal .slides.spreading { width: WIDTHpx; }
.reveal .slides.spreading section { display: block !important; }
.reveal .controls { font-size: 6px; }
.reveal .slide-number { right: auto; left: 8px; }
"""
# reveal.js measures nothing: what is taller than the slide would hang out of it at the bottom. So
# cells that have no room go on to a next slide, a tall picture goes on in a next column, cut where
# nothing stands, and what is too tall by itself all the same is made smaller.
SCRIPT = """
function fold(picture) {
  const { x, y, width, height } = picture.viewBox.baseVal, columns = Math.ceil(height / 1.1 / TALL);
  if (columns < 2 || columns * (width + 40) > WIDTH) return;
  const cuts = [y], shares = Array.from({ length: columns - 1 }, (_, i) => (i + 1) / columns);
  for (const share of shares) cuts.push(gap(picture, y + share * height));
  const both = document.createElement('div');
  both.className = 'folded';
  picture.before(both);
  cuts.forEach((top, i) => {
    const part = picture.cloneNode(true), tall = (cuts[i + 1] ?? y + height) - top;
    part.setAttribute('viewBox', `${x} ${top} ${width} ${tall}`);
    if (i) part.setAttribute('aria-hidden', 'true');
    both.append(part);
  });
  picture.remove();
}
function gap(picture, wanted) {
  const whole = picture.getBoundingClientRect(), { y, height } = picture.viewBox.baseVal;
  const place = pixels => y + (pixels - whole.top) * height / whole.height;
  const taken = [...picture.querySelectorAll('text, rect, image')].map(part => {
    const box = part.getBoundingClientRect();
    return [place(box.top), place(box.bottom)];
  }).filter(([top, bottom]) => bottom - top < height / 4);  // without the ground of all
  const free = taken.map(([, bottom]) => bottom + 1)
    .filter(cut => taken.every(([top, bottom]) => cut + 6 <= top || cut >= bottom));
  const nearer = (best, cut) => Math.abs(cut - wanted) < Math.abs(best - wanted) ? cut : best;
  return free.reduce(nearer, free[0] ?? wanted);
}
function apart(cell) {
  const output = cell.querySelector(':scope > .jp-Cell-outputWrapper');
  if (cell.offsetHeight <= MOST || !output || output.offsetHeight >= cell.offsetHeight - 1) return;
  const shown = cell.cloneNode(false);
  cell.after(shown);
  shown.append(output);
}
function loose(group, index) {  // nbconvert puts cells that appear together into one box
  for (const cell of group.children) {
    cell.classList.add('fragment');
    cell.dataset.fragmentIndex = index;
  }
  group.replaceWith(...group.children);
}
function spread(slide) {
  let page = slide, filled = 0;
  slide.querySelectorAll(':scope > .fragment').forEach(loose);
  [...slide.children].forEach(apart);
  for (const cell of [...slide.children]) {
    const tall = cell.offsetHeight;
    if (filled && filled + tall > MOST) {
      const next = document.createElement('section');
      page.after(next);
      [page, filled] = [next, 0];
    }
    if (page !== slide) page.append(cell);
    filled += tall;
  }
}
function begin(slide) {  // with something to see
  const first = slide.firstElementChild?.dataset.fragmentIndex;
  if (!first) return;
  for (const cell of slide.querySelectorAll(`:scope > [data-fragment-index="${first}"]`)) {
    cell.classList.remove('fragment');
  }
}
function fit() {
  const slide = Reveal.getCurrentSlide();
  if (!slide.firstElementChild?.classList.contains('fit')) {
    const all = document.createElement('div');
    all.className = 'fit';
    all.append(...slide.childNodes);
    slide.append(all);
  }
  const all = slide.firstElementChild;
  for (let size = 100; size >= 30; size -= 5) {
    all.style.zoom = size + '%';
    if (slide.scrollHeight <= HEIGHT && slide.scrollWidth <= WIDTH) break;
  }
}
const slides = document.querySelector('.slides');
slides.classList.add('spreading');
slides.querySelectorAll('svg[viewBox]').forEach(fold);
slides.querySelectorAll('section:not(:has(section))').forEach(spread);
slides.querySelectorAll('section:not(:has(section))').forEach(begin);
slides.classList.remove('spreading');
Reveal.initialize({
  width: WIDTH, height: HEIGHT, margin: 0.02, center: false, hash: true, slideNumber: true,
  transition: 'none', pdfSeparateFragments: false, plugins: [RevealNotes],
}).then(fit);
Reveal.on('slidechanged', fit);
"""


def main() -> int:
    """Write the slides of the last run; return 1 if some could not be made."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--build", type=Path, default=ROOT / "build", help="default: build/")
    options.add_argument("--reveal", type=Path, default=REVEAL, help="the folder of reveal.js")
    chosen = options.parse_args()
    executed = store.executed(chosen.build).items()
    decks = {notebook.stem: path for notebook, path in executed}
    files = reveal_files(chosen.reveal)
    failed = 0
    for name, notebook in decks.items():
        try:
            files[f"{name}.html"] = deck(notebook).encode()
        except Exception as error:  # whatever nbconvert meets in a notebook: the others go on
            print(f"no slides of {name}: {type(error).__name__}: {error}", file=sys.stderr)
            failed = 1
    target = chosen.build / "slides"
    write_tree(target, files)
    for name in decks:
        if f"{name}.html" in files:
            print(target / f"{name}.html")
    return failed


def reveal_files(source: Path) -> dict[str, bytes]:
    """Return what the slides need of reveal.js, by its path beside them.

    Raises
    ------
    ValueError
        If it is not there.
    """
    files = {}
    for part in ("dist", "plugin/notes"):
        paths = [path for path in (source / part).rglob("*") if path.is_file()]
        if not paths:
            raise ValueError(f"{source / part} is not there: make slides brings it")
        for path in paths:
            files[f"reveal.js/{path.relative_to(source).as_posix()}"] = path.read_bytes()
    return files


class Exporter(pages.Exporter, SlidesExporter):
    """nbconvert's slides with the course's Markdown: formulas and pictures without a network."""


def deck(path: Path) -> str:
    """Return the slides of an executed notebook as a page."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.pop("widgets", None)  # a slide shows static faces
    template = TEMPLATE.replace("STYLE", STYLE).replace("SCRIPT", SCRIPT)
    template = (
        template.replace("WIDTH", str(WIDTH))
        .replace("HEIGHT", str(HEIGHT))
        .replace("MOST", str(MOST))
        .replace("TALL", str(TALL))
    )
    exporter = Exporter(
        raw_template=template,
        reveal_url_prefix="reveal.js",
        reveal_theme="white",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    resources = {"metadata": {"name": pages.heading(notebook), "path": str(ROOT / "notebooks")}}
    html, _ = exporter.from_notebook_node(notebook, resources)
    return pages.LINK_TO_NOTEBOOK.sub(r"\1.html\2", html)


if __name__ == "__main__":
    sys.exit(answered(main))
