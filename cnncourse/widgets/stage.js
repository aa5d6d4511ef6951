// The picture in the browser, and the hands on it: see stage.py and figures/marks.py. No library, no
// build step.
//
// An HTML widget brings each picture as SVG text, and alone it would show it. The stage takes the
// picture out of its hands: it changes the SVG that is on the screen into the new one, node by node.
// So nodes stay what they are, what has a key can glide to its new place (stage.css says how fast),
// and the focus is not lost. Touches of marked parts go back as values of controls.

const NARROW = 560; // CSS pixels: on a narrower page panels stand one under the other
const GAP = 24; // between panels that stand so, and above and below them
const EDGE = 4; // beside them
const LARGEST = 1.25; // times its own size is the most that a picture grows: 960 become 1200
const PRESENTED = 1.6; // the same on a projector, in JupyterLab's Presentation Mode
const SMALLEST_TEXT = 11; // CSS pixels
const SWELL = 1.25; // times their size is the most that small words grow where a picture shrinks
const STILL = 4; // CSS pixels: a hand that moves less has clicked
const SCRUB = 8; // CSS pixels up or down for one step of a number
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const WHOLE = "[data-panel]:has(> :not([data-panel]))"; // a panel that holds more than panels
const MARKED = "[data-set], [data-drag], [data-edit]";

// What a touch means ----------------------------------------------------------------------------

/** The nearest whole number of steps that a move allows. */
function steps(move, wished) {
  return Math.max(move.least, Math.min(move.most, Math.round(wished)));
}

/** 0.1 + 0.2 is 0.3 for those who read it. */
function tidy(number) {
  return Number(number.toFixed(9));
}

/** The values of the controls after `count(move)` steps of each move. */
function valuesAfter(moves, count) {
  const values = {};
  for (const move of moves) {
    const from = values[move.control] ?? move.value;
    values[move.control] = tidy(from + move.step * count(move));
  }
  return values;
}

/** By which angle an arm turns when its end goes on by x and y, in radians from −π to π. */
function turned([armX, armY], x, y) {
  const [endX, endY] = [armX + x, armY + y];
  return Math.atan2(armX * endY - armY * endX, armX * endX + armY * endY);
}

/** The values of the controls when the hand has gone right by x and down by y. */
export function dragged(moves, x, y) {
  return valuesAfter(moves, ({ arm, along: [right, down], ...ends }) => {
    if (arm) return steps(ends, turned(arm, x, y) / turned(arm, right, down));
    return steps(ends, (x * right + y * down) / (right * right + down * down));
  });
}

/** The values of the controls after an arrow key: a step where it points; right and up turn on. */
export function nudged(moves, [right, down]) {
  return valuesAfter(moves, (move) => {
    const [x, y] = move.arm ? [1, -1] : move.along;
    return steps(move, Math.sign(right * x + down * y));
  });
}

/** The number that somebody has typed, or null: a decimal comma and a true minus sign are fine. */
export function typed(text) {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  const number = Number(plain);
  return plain === "" || !Number.isFinite(number) ? null : number;
}

/** The index of the box that an arrow key leads to from a box, or -1. */
export function neighbour(boxes, from, [right, down]) {
  let [best, shortest] = [-1, Infinity];
  boxes.forEach((box, i) => {
    const x = box.x + box.width / 2 - from.x - from.width / 2;
    const y = box.y + box.height / 2 - from.y - from.height / 2;
    const ahead = x * right + y * down;
    const aside = Math.abs(x * down) + Math.abs(y * right);
    if (ahead > 1 && ahead + 3 * aside < shortest) [best, shortest] = [i, ahead + 3 * aside];
  });
  return best;
}

/** Two touches as one: what both are about, the newer one decides. */
export function merge(older, newer) {
  const place = (cell) => cell.slice(0, 3).join();
  const again = newer.cells.map(place);
  const cells = [...older.cells.filter((cell) => !again.includes(place(cell))), ...newer.cells];
  return { values: { ...older.values, ...newer.values }, cells };
}

/** Carry touches to Python one at a time: those that come while it is busy wait as one. */
export function courier(send) {
  let busy = false;
  let waiting = null;
  const later = []; // what to do when Python is free again
  return {
    carry(touch) {
      if (busy) waiting = waiting ? merge(waiting, touch) : touch;
      else {
        busy = true;
        send(touch);
      }
    },
    /** Do something when the picture shows all that was touched before. */
    whenFree: (act) => (busy ? later.push(act) : act()),
    answered() {
      busy = false;
      const touch = waiting;
      waiting = null;
      if (touch) this.carry(touch);
      while (!busy && later.length > 0) later.shift()();
    },
    isBusy: () => busy,
  };
}

// From one picture to the next ------------------------------------------------------------------

const keyOf = (node) => node.getAttribute?.("data-key");

/** Change a node that is shown into a fresh one, and keep what both have in common. */
export function patch(shown, fresh) {
  if (shown.isEqualNode(fresh)) return; // most parts, and the browser sees it at once
  patchAttributes(shown, fresh);
  if (fresh.children.length === 0 && shown.children.length === 0) {
    if (shown.textContent !== fresh.textContent) shown.textContent = fresh.textContent;
    return;
  }
  const kept = new Map([...shown.children].filter(keyOf).map((node) => [keyOf(node), node]));
  let here = shown.firstChild;
  const children = [...fresh.childNodes];
  for (const child of children) {
    const key = keyOf(child);
    const twin = key ? kept.get(key) : here && !keyOf(here) ? here : null;
    if (!twin || twin.nodeName !== child.nodeName) {
      shown.insertBefore(child, here);
      continue;
    }
    if (twin === here) here = here.nextSibling;
    else shown.insertBefore(twin, here);
    if (child.nodeType === Node.ELEMENT_NODE) patch(twin, child);
    else twin.data = child.data;
  }
  while (shown.childNodes.length > children.length) shown.lastChild.remove();
}

function patchAttributes(shown, fresh) {
  for (const { name, value } of fresh.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  if (shown.attributes.length === fresh.attributes.length) return;
  for (const { name } of [...shown.attributes]) {
    if (name !== "class" && !fresh.hasAttribute(name)) shown.removeAttribute(name);
  }
}

// The look that depends on the page -------------------------------------------------------------

/** Fit a picture into a page; without panels it scrolls where its words would not be legible. */
function fit(svg, width) {
  svg.dataset.size ??= svg.getAttribute("viewBox").split(" ").slice(2).join(" ");
  const [wide, high] = svg.dataset.size.split(" ").map(Number);
  const most = document.querySelector(".jp-mod-presentationMode") ? PRESENTED : LARGEST;
  const panels = [...svg.querySelectorAll("[data-panel]")];
  for (const panel of panels) {
    const [x, y] = panel.dataset.panel.split(" ");
    panel.style.transform = `translate(${x}px, ${y}px)`;
  }
  if (width < NARROW && panels.length > 0) return stack(svg, panels, width);
  svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  const words = wordsOf(svg);
  const smallest = Math.min(...words.map(sizeOf), Infinity);
  const least = SMALLEST_TEXT / (SWELL * smallest); // narrower, it could not be read
  svg.style.width = `max(min(100%, ${wide * most}px), ${least * wide}px)`;
  enlarge(words, Math.max(Math.min(width / wide, most), least));
}

/** Let words grow where the picture is so small that they could not be read. */
function enlarge(words, scale) {
  const least = SMALLEST_TEXT / scale;
  for (const one of words) {
    const size = sizeOf(one);
    if (size >= least && !one.hasAttribute("data-size")) continue; // most words: nothing is written
    one.setAttribute("data-size", size);
    one.setAttribute("font-size", tidy(Math.max(size, least)));
  }
}

/** Stand panels one under the other, each as wide as the page, with legible words. */
function stack(svg, panels, width) {
  const margin = svg.querySelector(":scope > g").transform.baseVal[0]?.matrix.e ?? 0; // as drawn
  let top = 0;
  for (const panel of panels) {
    if (!panel.matches(WHOLE)) panel.style.transform = "none";
    if (!panel.matches(WHOLE) || panel.parentElement.closest(WHOLE)) continue;
    const [wide, high] = panel.dataset.panel.split(" ").slice(2).map(Number);
    const scale = Math.min((width - 2 * EDGE) / wide, LARGEST);
    panel.style.transform = `translate(0px, ${top}px) scale(${scale})`;
    top += high * scale + GAP;
    enlarge(wordsOf(panel), scale);
  }
  svg.setAttribute("viewBox", `${margin - EDGE} ${margin - GAP / 2} ${width} ${top}`);
  svg.style.width = "100%";
}

function wordsOf(part) {
  return [...part.querySelectorAll("text[font-size]")];
}

/** The size that words were drawn with: those that have grown remember it. */
function sizeOf(words) {
  return Number(words.getAttribute("data-size") ?? words.getAttribute("font-size"));
}

// What screen readers are told ------------------------------------------------------------------

const ROLES = { set: "button", drag: "slider", edit: "spinbutton" };

/** Make marks parts that take focus and have a name; `stops` holds each group's stop for the tab key. */
function announce(svg, stops) {
  const marks = svg.querySelectorAll(MARKED);
  if (marks.length === 0) return;
  svg.setAttribute("role", "group"); // the parts of an image could not be found
  svg.querySelector(":scope > title")?.remove(); // aria-label says the same, without a tooltip
  const first = new Map(); // group: its mark that the tab key leads to
  for (const mark of marks) {
    const [name, group, spoken] = ["name", "group", "spoken"].map((word) => mark.getAttribute(`data-${word}`));
    const [kind, data] = meaning(mark);
    mark.setAttribute("role", ROLES[kind]);
    const words = kind === "set" ? mark.textContent : ""; // a button's name holds what is seen on it
    mark.setAttribute("aria-label", words ? `${name}: ${words}` : name);
    mark.setAttribute("tabindex", group ? -1 : 0);
    if (group && (!first.has(group) || stops.get(group) === name)) first.set(group, mark);
    const { value, least, most, step } = data.moves?.[0] ?? data;
    if (kind !== "set") mark.setAttribute("aria-valuenow", value);
    if (kind === "drag") {
      mark.setAttribute("aria-valuemin", value + least * step);
      mark.setAttribute("aria-valuemax", value + most * step);
      if (spoken) mark.setAttribute("aria-valuetext", spoken);
    }
  }
  for (const mark of first.values()) mark.setAttribute("tabindex", 0);
}

/** What a mark does: one of "set", "drag" and "edit", and its data. */
function meaning(mark) {
  const kind = Object.keys(ROLES).find((word) => mark.hasAttribute(`data-${word}`));
  return [kind, JSON.parse(mark.getAttribute(`data-${kind}`))];
}

/** Mend the controls of a box: ipywidgets give sliders and play buttons no name for screen readers. */
export function mendControls(box) {
  for (const slider of box.querySelectorAll(".widget-slider")) {
    const label = slider.querySelector(".widget-label")?.textContent;
    const handle = slider.querySelector("[role=slider]");
    const readout = slider.querySelector(".widget-readout");
    handle?.setAttribute("aria-label", label);
    readout?.setAttribute("role", "textbox");
    readout?.setAttribute("aria-label", `${label} as a number`);
    if (handle) fillTrack(slider, handle);
  }
  for (const [icon, words] of [["play", "play"], ["stop", "back to the start"]]) {
    const button = box.querySelector(`.widget-play .fa-${icon}`)?.parentElement;
    button?.setAttribute("aria-label", words);
  }
  for (const part of box.querySelectorAll("[title=null]")) part.removeAttribute("title");
}

/** Tell the style sheet how much of a slider's track lies before its handle. */
function fillTrack(slider, handle) {
  if (slider.dataset.filled) return;
  slider.dataset.filled = "yes";
  const fill = () => {
    const [now, low, high] = ["now", "min", "max"].map((end) => handle.getAttribute(`aria-value${end}`));
    slider.style.setProperty("--filled", (now - low) / (high - low || 1));
  };
  new MutationObserver(fill).observe(handle, { attributeFilter: ["aria-valuenow", "aria-valuemax"] });
  fill();
}

// The stage -------------------------------------------------------------------------------------

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

/** Show pictures in an element and tell `send` what was touched.
 *
 * A touch is { values: { control: value }, cells: [[control, row, column, number]] }.
 */
export function mount(el, send) {
  const cover = element("div", { className: "cnncourse-cover" });
  const post = courier(send);
  const stops = new Map(); // group: the name of the mark that the tab key leads to
  let picture = null;
  let width = null; // of the element; asked with each picture, the whole page would be laid out for it
  let press = null; // the hand that is down: what it touches, and since where
  let editor = null;
  let lighting = null; // the part that lights others
  el.classList.add("cnncourse-stage");
  el.append(cover);

  function show(fresh) {
    const drawn = fresh.nodeName.toLowerCase() === "svg";
    cover.replaceChildren(...(drawn ? [] : [fresh]));
    if (drawn) {
      fit(fresh, (width ??= el.clientWidth));
      announce(fresh, stops);
      if (picture) patch(picture, fresh);
      else el.prepend((picture = fresh));
      light(lighting?.isConnected ? lighting : null);
      placeEditor();
    }
    el.classList.toggle("cnncourse-refused", !drawn);
  }

  const setValues = (values) => post.carry({ values, cells: [] });
  const setNumber = ({ control, place, also }, number) =>
    place
      ? post.carry({ values: {}, cells: [[control, ...place, tidy(number)]] })
      : setValues({ ...also, [control]: tidy(number) });

  // Light --------------------------------------------------------------------------------------

  function light(part) {
    lighting = part;
    for (const one of el.querySelectorAll(".cnncourse-lit")) one.classList.remove("cnncourse-lit");
    if (!part?.dataset.link) return; // a part that goes on without its link is dark
    const { link, at } = part.dataset;
    part.classList.add("cnncourse-lit");
    for (const one of el.querySelectorAll(`[data-lit="${link}"], [data-link="${link}"]:not([data-at])`)) {
      one.classList.add("cnncourse-lit");
      if (!at || !one.dataset.lit) continue;
      const place = at.split(" ");
      ["x", "y", "width", "height"].forEach((name, i) => one.setAttribute(name, place[i]));
    }
  }

  /** The topmost part under the pointer that a selector finds. */
  function under(event, selector) {
    const parts = document.elementsFromPoint(event.clientX, event.clientY);
    return parts.filter((part) => el.contains(part)).map((part) => part.closest(selector)).find(Boolean);
  }

  // Hand ---------------------------------------------------------------------------------------

  el.addEventListener("pointerdown", (event) => {
    const mark = event.target.closest(MARKED);
    if (!mark || press || event.button !== 0) return;
    event.preventDefault(); // selects no words
    closeEditor();
    mark.focus({ preventScroll: true });
    el.setPointerCapture(event.pointerId); // goes on when the hand leaves the picture
    take(event, mark);
    light(under(event, "[data-link]") ?? null);
    if (press.moved) follow(event);
  });

  function take(event, mark) {
    const [kind, data] = meaning(mark);
    const matrix = mark.getScreenCTM();
    const start = { x: event.clientX, y: event.clientY };
    if (data.at) Object.assign(start, new DOMPoint(...data.at).matrixTransform(matrix).toJSON());
    press = { id: event.pointerId, mark, kind, data, start, scale: matrix.a, moved: Boolean(data.at), last: "" };
  }

  el.addEventListener("pointermove", (event) => {
    if (press) return press.id === event.pointerId && follow(event);
    const part = under(event, "[data-link]") ?? null;
    if (part !== lighting) light(part);
    const lens = event.target.closest("[data-drag]");
    if (lens && event.pointerType === "mouse" && meaning(lens)[1].hover) {
      take(event, lens);
      follow(event);
      press = null;
    }
  });

  // a finger scrolls the page, unless it has taken something (touch-action fails within SVG)
  const hold = (event) => press && press.kind !== "set" && event.preventDefault();
  el.addEventListener("touchmove", hold, { passive: false });

  /** Take along what is pressed. */
  function follow(event) {
    const x = event.clientX - press.start.x;
    const y = event.clientY - press.start.y;
    if (!press.moved && Math.hypot(x, y) < STILL) return;
    press.moved = true;
    if (event.buttons) light(press.mark.closest("[data-link]")); // not what lay under the hand before
    if (press.kind === "drag") {
      const values = dragged(press.data.moves, x / press.scale, y / press.scale);
      if (changed(values)) setValues({ ...press.data.also, ...values });
    } else if (press.kind === "edit") {
      const number = press.data.value - press.data.step * Math.round(y / SCRUB);
      if (changed(number)) setNumber(press.data, number);
    } else {
      const mark = under(event, "[data-set]");
      if (mark && changed(mark.dataset.name)) act(mark);
    }
  }

  function changed(wish) {
    const before = press.last;
    press.last = JSON.stringify(wish);
    return press.last !== before;
  }

  el.addEventListener("pointerup", (event) => {
    if (press?.id !== event.pointerId) return;
    const { mark, kind, moved } = press;
    press = null;
    if (moved) return;
    // a click on a handle is meant for what lies under it
    const target = kind === "drag" ? under(event, "[data-set], [data-edit]") : mark;
    if (!target) return;
    target.focus({ preventScroll: true });
    act(target);
  });

  const letGo = (event) => press?.id === event.pointerId && (press = null);
  for (const end of ["pointercancel", "lostpointercapture"]) el.addEventListener(end, letGo);
  el.addEventListener("pointerleave", () => press || light(null));

  /** Do what a click on a mark does. */
  function act(mark) {
    const [kind, data] = meaning(mark);
    if (kind === "set") setValues(data);
    if (kind === "edit") openEditor(mark);
  }

  // Keyboard -----------------------------------------------------------------------------------

  el.addEventListener("focusin", (event) => {
    const { group, name } = event.target.dataset;
    if (group) {
      for (const one of el.querySelectorAll(`[data-group="${group}"]`)) one.setAttribute("tabindex", -1);
      event.target.setAttribute("tabindex", 0);
      stops.set(group, name);
    }
    const part = event.target.closest("[data-link]");
    if (part) light(part);
  });
  el.addEventListener("focusout", () => light(null));

  el.addEventListener("keydown", (event) => {
    const mark = event.target.closest(MARKED);
    if (!mark || event.ctrlKey || event.metaKey || event.altKey) return;
    const does = keyMeaning(mark, event.key);
    if (!does) return;
    event.preventDefault();
    event.stopPropagation(); // else the notebook would take the key as a command
    if (!(event.repeat && post.isBusy())) does();
  });

  /** What a key does on a mark, or nothing; a step is taken from what the picture then shows. */
  function keyMeaning(mark, key) {
    const [kind] = meaning(mark);
    const arrow = ARROWS[key];
    const step = (take) => () => post.whenFree(() => mark.isConnected && take(meaning(mark)[1]));
    if (kind === "drag") {
      return arrow && step(({ also, moves }) => setValues({ ...also, ...nudged(moves, arrow) }));
    }
    if (kind === "edit" && arrow?.[1]) {
      return step((data) => setNumber(data, data.value - data.step * arrow[1]));
    }
    if (arrow) return () => goTo(mark, arrow);
    if (key === "Enter" || key === " ") return () => act(mark);
    if (kind === "edit" && /^[-−\d.,]$/.test(key)) return () => openEditor(mark, key);
  }

  function goTo(mark, arrow) {
    const others = [...el.querySelectorAll(`[data-group="${mark.dataset.group}"]`)];
    const boxes = others.map((one) => one.getBoundingClientRect());
    others[neighbour(boxes, mark.getBoundingClientRect(), arrow)]?.focus();
  }

  // Typing -------------------------------------------------------------------------------------

  function openEditor(mark, begun = null) {
    closeEditor();
    const [, data] = meaning(mark);
    const box = element("input", { type: "text", inputMode: "decimal", value: begun ?? data.value });
    box.setAttribute("aria-label", mark.dataset.name);
    editor = { box, mark };
    el.append(box);
    placeEditor();
    box.focus({ preventScroll: true });
    if (begun === null) box.select();
    const say = (number) => {
      box.toggleAttribute("aria-invalid", number === null);
      if (number !== null) setNumber(data, number);
    };
    if (begun !== null && typed(begun) !== null) say(typed(begun));
    box.addEventListener("input", () => say(typed(box.value)));
    box.addEventListener("blur", closeEditor);
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      const arrow = ARROWS[event.key]?.[1];
      if (arrow) {
        event.preventDefault();
        box.value = tidy((typed(box.value) ?? data.value) - data.step * arrow);
        say(typed(box.value));
      }
      if (event.key === "Escape") setNumber(data, data.value);
      if (event.key === "Escape" || event.key === "Enter") {
        closeEditor();
        mark.focus({ preventScroll: true });
      }
    });
  }

  function placeEditor() {
    if (!editor?.mark.isConnected) return closeEditor();
    const [cell, stage] = [editor.mark, el].map((part) => part.getBoundingClientRect());
    const left = cell.x - stage.x + el.scrollLeft;
    const size = { left, top: cell.y - stage.y, width: cell.width, height: cell.height };
    for (const [name, value] of Object.entries(size)) editor.box.style[name] = `${value}px`;
  }

  function closeEditor() {
    const open = editor;
    editor = null; // first: removing the box takes its focus, which closes the editor
    open?.box.remove();
  }

  const resized = new ResizeObserver(() => {
    width = el.clientWidth;
    if (picture) fit(picture, width);
    el.toggleAttribute("tabindex", false);
    if (el.scrollWidth > el.clientWidth) el.tabIndex = 0; // arrow keys scroll it
    placeEditor();
  });
  resized.observe(el);

  return { show, answered: () => post.answered(), close: () => resized.disconnect() };
}

// The widget ------------------------------------------------------------------------------------

const BOXES = ".cnncourse-explorer, .cnncourse-question";
const CHANGING = ".cnncourse-view, .cnncourse-sentence, [role=slider], .widget-readout"; // with each move

/** Watch the box of a stage, until a signal: take over pictures, mend controls, keep keys for them. */
function watch(el, stage, signal) {
  const box = el.closest(BOXES);
  const look = () => {
    const view = box.querySelector(".cnncourse-view");
    const fresh = view?.querySelector(".widget-html-content")?.firstElementChild;
    if (!fresh) return;
    view.classList.add("cnncourse-taken");
    fresh.remove();
    stage.show(fresh);
  };
  const observer = new MutationObserver((changes) => {
    const elsewhere = changes.filter(({ target }) => !el.contains(target));
    if (elsewhere.length === 0) return;
    look();
    if (elsewhere.some(({ target }) => !target.closest(CHANGING))) mendControls(box);
  });
  observer.observe(box, { childList: true, subtree: true });
  look();
  mendControls(box);
  // JupyterLab and Notebook would take arrow keys and letters for commands. Notebook does so before the
  // part with the focus hears of the key; all that it asks is this attribute, of that part itself.
  const keep = ({ target, ctrlKey, metaKey, altKey, shiftKey }) => {
    if (!box.contains(target)) return;
    target.toggleAttribute("data-lm-suppress-shortcuts", !(ctrlKey || metaKey || altKey || shiftKey));
  };
  window.addEventListener("keydown", keep, { capture: true, signal });
  signal.addEventListener("abort", () => observer.disconnect());
}

function render({ model, el }) {
  let count = 0;
  const gone = new AbortController();
  const stage = mount(el, (touch) => {
    model.set("touched", { ...touch, count: ++count });
    model.save_changes();
  });
  // a widget is made before it is put into its box; only there it has a size
  const arrival = new ResizeObserver(() => {
    if (!el.closest(BOXES)) return;
    arrival.disconnect();
    watch(el, stage, gone.signal);
  });
  arrival.observe(el);
  model.on("change:answered", stage.answered);
  return () => {
    model.off("change:answered", stage.answered);
    arrival.disconnect();
    gone.abort();
    stage.close();
  };
}

export default { render };
