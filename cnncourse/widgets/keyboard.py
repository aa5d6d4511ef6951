"""What ipywidgets leave out for those who use a keyboard or a screen reader.

ipywidgets shows a label beside a slider but does not tie the two together, gives the play buttons
no name, and many parts the tooltip "null". JupyterLab takes the keys that are meant for a drop-down
or for radio buttons: an arrow would leave for the next cell, an x cut this one out.
"""

from __future__ import annotations

import ipywidgets as widgets

# A picture that cannot load is the one way to run JavaScript with core widgets; where a page
# forbids it, only this help is missing. On a busy page the controls may appear late, so it is
# given again several times within a minute.
_HELP = """<img src="data:," alt="" style="display:none" onerror="const help = () => {
const box = this.closest('.cnncourse-explorer, .cnncourse-question');
if (!box) return;
const name = (part, words) => part && part.setAttribute('aria-label', words);
for (const slider of box.querySelectorAll('.widget-slider')) {
  const label = slider.querySelector('.widget-label').textContent;
  const readout = slider.querySelector('.widget-readout');
  name(slider.querySelector('[role=slider]'), label);
  readout.setAttribute('role', 'textbox');
  name(readout, label + ' as a number');
}
for (const [icon, words] of [['play', 'play'], ['stop', 'back to the start']])
  name(box.querySelector('.widget-play .fa-' + icon)?.parentElement, words);
for (const list of box.querySelectorAll('select, [type=radio]'))
  list.dataset.lmSuppressShortcuts = '';
for (const part of box.querySelectorAll('[title=null]')) part.removeAttribute('title');
};
for (let wait = 500; wait < 60_000; wait *= 2) setTimeout(help, wait)">"""


def help_keyboards() -> widgets.HTML:
    """Return an invisible widget that mends the controls of the explorer or question it is in."""
    return widgets.HTML(_HELP)
