// The page of one explorer: native controls, pictures that were drawn ahead, and Python when a touch
// leads outside these. What stands before this text is stage.js: it shows pictures and reports touches.

const PAGE = document.querySelector(".explorer");
const SHAPE = JSON.parse(PAGE.querySelector(".shape").textContent);
const PANEL = PAGE.querySelector(".panel");
const SENTENCE = PAGE.querySelector(".sentence");
const LAYER = PAGE.querySelector(".layer");
const TRAIT = { range: "value", select: "index", radio: "index", check: "value" };
const PLAY = 700; // milliseconds between two steps
const FAST = 5; // Mbit/s: two times ten seconds for Python
const CALM = 3000; // milliseconds that a page is left alone before Python comes unasked

const FOLDER = location.protocol === "file:"; // browsers start no Python from there
const ALONE = FOLDER || !("python" in PAGE.dataset); // what was drawn ahead is all there is
const WHY = FOLDER ? "browsers start no Python from a folder" : "this copy of the site was made without Python";
const NEEDS_PYTHON = ["area", "text", "upload", "button", "pad"]; // kinds of controls no pack answers

const UNSAID = ["pad", "upload"]; // what a visitor draws or chooses is in no address

const TO_FILL = "[type=file], textarea, .panel canvas, .cnncourse-stage > input";

const SAY = {
  pack: "Pictures drawn ahead answer here. What they do not hold, Python computes on your device.",
  alone: `Pictures drawn ahead answer here. Your own numbers and photographs, and rare settings, do not: ${WHY}.`,
  missing: `This was not drawn ahead, and ${WHY}: the picture stays as it was.`,
  loading: "Python is on its way to compute this, once (10 MB). Other settings answer meanwhile.",
  python: "Python answers here, on your device. Nothing leaves it.",
};

const parts = new Map(); // id → { node, set(trait, value) }
const log = []; // the moves so far, to tell Python: [id, trait, value]
let pack = null;
let keys = null; // a state as text → its number
let here = {}; // where the simple controls stand
let strange = false; // whether something is set that no pack holds, such as a typed number
let live = false; // whether Python answers
let worker = null;
window.times = { moved: 0, painted: 0 }; // milliseconds since the page was opened

// Controls --------------------------------------------------------------------------------------

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function build(node, parent) {
  const { element, set } = MAKERS[node.kind](node, parent);
  if (ALONE && NEEDS_PYTHON.includes(node.kind)) {
    const part = element.querySelector("input, textarea") ?? element;
    part.disabled = part.inert = true;
  }
  parts.set(node.id, { node, set: (trait, value) => ((node[trait] = value), set?.(trait, value)) });
  return element;
}

/** A control with its words; screen readers are told these alone, not the value or all options too. */
function labelled(node, ...inside) {
  const label = make("label", { className: "control" }, ...inside);
  label.querySelector("input, select, textarea").setAttribute("aria-label", node.description);
  return label;
}

const MAKERS = {
  box(node) {
    const element = make("div", { className: node.look.join(" ") });
    const fill = (children) => {
      const shown = children.filter(({ id, kind }) => id !== "$view" && id !== "$sentence" && kind !== "fold");
      element.replaceChildren(
        ...shown.map((child) => {
          const inner = build(child, node);
          if (!child.look?.includes("cnncourse-more")) return inner;
          return make("details", {}, make("summary", { textContent: "More settings" }), inner);
        }),
      );
    };
    fill(node.children);
    return { element, set: (trait, value) => trait === "children" && fill(value) };
  },
  range(node) {
    const input = make("input", { type: "range", min: node.min, max: node.max, step: node.step, value: node.value });
    const output = make("output");
    const say = () => (output.textContent = format(input.value, node.shown) + (node.unit && ` ${node.unit}`));
    input.addEventListener("input", () => {
      const snap = !live && pack?.snap[node.id];
      if (snap) input.value = snapped(snap, here[node.id], +input.value);
      say();
      moved(node.id, "value", +input.value);
    });
    say();
    const element = labelled(node, make("span", { textContent: node.description }), input, output);
    return { element, set: (trait, value) => ((input[trait] = value), say()) };
  },
  select(node) {
    const input = make("select");
    const fill = () => input.replaceChildren(...node.options.map((words) => new Option(words)));
    const set = (trait, value) => {
      if (trait === "options") fill();
      if (trait === "index" || trait === "options") input.selectedIndex = node.index ?? -1;
    };
    fill();
    set("index");
    input.addEventListener("change", () => moved(node.id, "index", input.selectedIndex));
    return { element: labelled(node, make("span", { textContent: node.description }), input), set };
  },
  radio(node) {
    return MAKERS.select(node);
  },
  check(node) {
    const input = make("input", { type: "checkbox", checked: node.value });
    input.addEventListener("change", () => moved(node.id, "value", input.checked));
    const set = (trait, value) => trait === "value" && (input.checked = value);
    return { element: labelled(node, input, make("span", { textContent: node.description })), set };
  },
  area(node) {
    const input = make("textarea", { value: node.value, rows: 10 });
    input.addEventListener("change", () => moved(node.id, "value", input.value));
    const set = (trait, value) => trait === "value" && (input.value = value);
    return { element: labelled(node, make("span", { textContent: node.description }), input), set };
  },
  text(node) {
    return MAKERS.area(node);
  },
  play(node, parent) {
    const slider = parent.children.find(({ kind }) => kind === "range");
    const button = make("button", { type: "button", textContent: "▶" });
    let timer = 0;
    const stop = () => {
      clearInterval(timer);
      timer = 0;
      name();
    };
    const name = () => {
      button.textContent = timer ? "⏸" : "▶";
      button.setAttribute("aria-label", timer ? "pause" : "play");
    };
    const step = () => {
      const now = slider.value >= slider.max ? slider.min : slider.value + slider.step;
      parts.get(slider.id).set("value", now);
      moved(slider.id, "value", now);
      if (now >= slider.max) stop();
    };
    button.addEventListener("click", () => {
      if (timer) return stop();
      timer = setInterval(step, PLAY);
      name();
      step();
    });
    name();
    return { element: button };
  },
  pad(node) {
    const pad = make("div");
    const hears = new Map();
    const model = {
      get: (trait) => node[trait],
      set: (trait, value) => (node[trait] = value),
      save_changes: () => moved(node.id, "image", node.image),
      on: (event, listen) => hears.set(event, listen),
    };
    drawPad({ model, el: pad });
    const element = make("details", {}, make("summary", { textContent: node.description }), pad);
    return { element, set: (trait) => hears.get(`change:${trait}`)?.() };
  },
  button(node) {
    const element = make("button", { type: "button", textContent: node.description });
    element.addEventListener("click", () => moved(node.id, "click", true));
    return { element };
  },
  upload(node) {
    const input = make("input", { type: "file", accept: "image/*", className: "away" });
    input.addEventListener("change", () => input.files[0] && offer(node.id, input.files[0]));
    const words = make("span", { textContent: `${node.description} (it never leaves this device)` });
    return { element: make("label", { className: "control button" }, words, input) };
  },
  words(node) {
    const element = make("span", { textContent: node.value });
    return { element, set: (trait, value) => trait === "value" && (element.textContent = value) };
  },
  html(node) {
    const element = make("span", { innerHTML: node.value });
    return { element, set: (trait, value) => trait === "value" && (element.innerHTML = value) };
  },
};

function nearest(values, wished) {
  return values.reduce((best, one) => (Math.abs(one - wished) < Math.abs(best - wished) ? one : best));
}

/** The value of the pack that a move to `wished` means: one further at least, so that arrow keys get on. */
function snapped(values, from, wished) {
  const way = Math.sign(wished - from);
  const ahead = values.filter((one) => Math.sign(one - from) === way);
  return ahead.length > 0 ? nearest(ahead, wished) : nearest(values, wished);
}

/** A number as Python's format gives it for "d", ".2f" and the like. */
function format(value, shown) {
  const digits = /\.(\d+)f/.exec(shown ?? "")?.[1];
  return digits ? (+value).toFixed(digits) : String(+value);
}

// Where a move leads ------------------------------------------------------------------------------

const plain = (value) => String(+(+value).toPrecision(6));

/** A state as text, as pack.py spells it. */
function spell(state) {
  const words = Object.keys(pack.first).filter((id) => +state[id] !== pack.first[id]);
  const spelled = words.map((id) => `${id}=${plain(state[id])}`);
  return [...spelled, ...(state["#"] ? [`#=${state["#"]}`] : [])].join(";");
}

/** The number of the state that a move leads to, or undefined: then Python has to say. */
function next(id, value) {
  if (!pack || !(id in pack.first)) return undefined;
  if (pack.causes.includes(id)) return pack.edges[`${spell(here)}>${id}=${plain(value)}`];
  const wish = spell({ ...here, [id]: value });
  return keys.get(wish) ?? pack.asked[wish];
}

function settled(number) {
  here = { ...pack.first };
  for (const word of pack.keys[number].split(";").filter(Boolean)) {
    const [id, value] = word.split("=");
    here[id] = id === "#" ? value : +value;
  }
}

let place = 0; // the state in the pack that the controls are in, undefined outside
let shown = 0; // the last one of the pack that was shown
let due = false; // whether an answer is to come as soon as all of a hand's move is known

/** A hand has moved a control; until Python is there, to the nearest value that is drawn ahead. */
function moved(id, trait, value, near = value) {
  note(id, trait, value);
  if (live) return answer();
  if (TRAIT[parts.get(id)?.node.kind] !== trait) leave();
  else if (+near !== +here[id]) step(id, near);
  answer();
}

/** Go where a simple control leads: within the pack, out of it, or back into it. */
function step(id, value) {
  place = strange ? undefined : next(id, value);
  if (place !== undefined) return settled(place);
  here[id] = +value;
  if (!pack || pack.causes.includes(id)) strange = true; // nobody here knows what else has moved
}

function leave() {
  place = undefined;
  strange = true;
}

/** A hand has touched the picture. */
function touched(touch) {
  const known = touch.cells.length === 0 && Object.keys(touch.values).every((id) => parts.get(id));
  if (!live && known) {
    for (const [id, value] of Object.entries(touch.values)) {
      const { node } = parts.get(id);
      const exact = TRAIT[node.kind] === "index" ? node.options.indexOf(value) : value;
      const near = pack?.snap[id] ? snapped(pack.snap[id], here[id], exact) : exact;
      moved(id, TRAIT[node.kind], ALONE ? near : exact, near);
      if (near !== exact) comeEarly();
    }
  } else {
    note("picture", "touch", touch);
    if (!live) leave();
    answer();
  }
}

function note(id, trait, value) {
  times.moved = performance.now();
  const last = log.at(-1);
  if (trait !== "touch" && trait !== "click" && last?.[0] === id && last[1] === trait) log.pop();
  log.push([id, trait, value]);
}

function answer() {
  if (live) return send([log.at(-1)]);
  if (due) return;
  due = true;
  queueMicrotask(() => {
    due = false;
    if (place === undefined) return ALONE ? stay() : wake();
    PAGE.classList.remove("waiting");
    if (ALONE) say(SAY.alone);
    shown = place;
    show(place);
    address();
  });
}

/** Without Python: go back to the picture that is there. */
function stay() {
  if (!pack) return;
  [place, strange] = [shown, false];
  settled(place);
  log.length = 0;
  for (const [id, value] of Object.entries(here)) {
    const part = parts.get(id);
    if (!part) continue;
    const trait = TRAIT[part.node.kind];
    part.set(trait, part.node.kind === "check" ? value === 1 : value);
    if (value !== pack.first[id]) log.push([id, trait, value]);
  }
  show(place);
  say(SAY.missing);
}

// Pictures ----------------------------------------------------------------------------------------

const stage = mount(PAGE.querySelector(".cnncourse-stage"), touched);

function paint(markup, sentence) {
  const holder = document.createElement("template");
  holder.innerHTML = markup;
  stage.show(holder.content.firstElementChild);
  SENTENCE.textContent = sentence;
  stage.answered();
  requestAnimationFrame(() => setTimeout(() => (times.painted = performance.now())));
}

const numbers = (spans) =>
  spans.split(",").flatMap((span) => {
    const [from, to = from] = span.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });

let serial = 0;
const loaded = new Map();

/** Show a state of the pack, when its photographs are there. */
async function show(number) {
  const [runs, sentence, changes] = pack.states[number];
  const found = runs.split(" ").flatMap((word) => {
    if (word[0] !== "c") return word ? numbers(word.slice(1)) : [];
    const [from, count] = word.slice(1).split(",").map(Number);
    return pack.reference.slice(from, from + count);
  });
  const markup = found.map((element) => pack.elements[element]).join("");
  const mine = ++serial;
  const photos = [...markup.matchAll(/href="([^"#]+)"/g)].map(([, url]) => url);
  const fresh = photos.filter((url) => !loaded.has(url));
  if (fresh.length > 0) await Promise.all(fresh.map(load));
  if (mine !== serial) return;
  const changed = new Set(changes.map(([id, trait]) => `${id} ${trait}`));
  apply(pack.base.filter(([id, trait]) => !changed.has(`${id} ${trait}`)));
  apply(changes);
  paint(markup, sentence);
}

async function load(url) {
  const picture = Object.assign(new Image(), { src: url });
  await picture.decode().catch(() => {}); // one that is missing leaves its place empty
  loaded.set(url, picture);
}

function apply(changes) {
  for (const [id, trait, value] of changes) {
    if (value !== null || trait === "index") parts.get(id)?.set(trait, value); // a list may stand on none
  }
}

// The address follows the setting -----------------------------------------------------------------

const short = (id) => id.replace(/\.0$/, "");

function address() {
  const words = [];
  for (const [id, trait, value] of log) {
    const node = parts.get(id)?.node;
    if (trait === "touch") {
      for (const [name, set] of Object.entries(value.values)) words.push([name, set]);
      for (const [name, row, column, number] of value.cells) words.push([`${name}[${row},${column}]`, number]);
    } else if (node && trait !== "click" && !UNSAID.includes(node.kind)) words.push([short(id), trait === "index" ? node.options[value] : value]);
  }
  const last = new Map();
  for (const [name, value] of words) {
    last.delete(name);
    last.set(name, value);
  }
  const text = [...last].map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
}

/** Do what the address says. */
function visit() {
  for (const [name, text] of new URLSearchParams(location.hash.slice(1))) {
    const cell = /^(.+)\[(\d+),(\d+)\]$/.exec(name);
    const id = [name, `${name}.0`].find((one) => parts.get(one) && parts.get(one).node.kind !== "box");
    if (cell) touched({ values: {}, cells: [[cell[1], +cell[2], +cell[3], +text]] });
    if (!id) continue;
    const { node, set } = parts.get(id);
    const trait = TRAIT[node.kind] ?? "value";
    const value = trait === "index" ? node.options.indexOf(text) : node.kind === "check" ? text === "true" : /area|text/.test(node.kind) ? text : +text;
    if (value === -1 && trait === "index") continue;
    set(trait, value);
    moved(id, trait, value);
  }
}

// Python ------------------------------------------------------------------------------------------

let flight = false;
let waiting = [];

function say(words) {
  LAYER.textContent = words;
}

function wake() {
  PAGE.classList.add("waiting");
  say(SAY.loading);
  if (!worker) startPython();
}

/** Let Python come before it is needed, unless the visitor saves data. */
function comeEarly() {
  if (!ALONE && !worker && !navigator.connection?.saveData) startPython();
}

/** On a fast line Python may come while nothing else is to do. */
function wakeWhenIdle() {
  const { effectiveType, downlink = 0 } = navigator.connection ?? {}; // some browsers do not tell
  if (effectiveType !== "4g" || downlink < FAST || document.documentElement.className === "embed") return;
  const idle = window.requestIdleCallback ?? setTimeout;
  setTimeout(() => idle(() => document.hidden || comeEarly()), CALM);
}

function startPython() {
  times.asked = performance.now();
  worker = new Worker(new URL("../py/worker.mjs", location.href), { type: "module" });
  worker.onmessage = ({ data }) => HEAR[data.type](data);
  worker.onerror = ({ message }) => HEAR.failed({ why: message || "the files of Python did not arrive" });
  worker.postMessage({ type: "open", name: PAGE.dataset.name });
}

const HEAR = {
  stage: ({ words }) => PAGE.classList.contains("waiting") && say(words),
  failed({ why }) {
    worker?.terminate();
    worker = null;
    if (!PAGE.classList.contains("waiting")) return; // nobody has asked for it yet
    PAGE.classList.remove("waiting");
    say(`Python could not start: ${why}. The pictures drawn ahead still answer. `);
    const again = make("button", { type: "button", textContent: "Try again" });
    again.addEventListener("click", wake);
    LAYER.append(again);
  },
  ready() {
    live = true;
    times.ready = performance.now();
    say(SAY.python);
    send([...log]);
  },
  wrong({ why }) {
    flight = false;
    PAGE.classList.remove("waiting");
    stage.answered();
    say(why);
  },
  changes({ changes }) {
    flight = false;
    if (waiting.length > 0) {
      const newest = waiting;
      waiting = [];
      send(newest);
    } else PAGE.classList.remove("waiting");
    const drawn = new Map(changes.map(([id, trait, value]) => [id, value]));
    apply(changes.filter(([id]) => id !== "$view" && id !== "$sentence"));
    if (drawn.has("$view")) {
      const words = new DOMParser().parseFromString(drawn.get("$sentence") ?? "", "text/html");
      paint(drawn.get("$view"), drawn.has("$sentence") ? words.body.textContent : SENTENCE.textContent);
    } else stage.answered();
    address();
  },
};

/** Tell Python of moves, one message at a time: of one control the newest value counts. */
function send(moves) {
  if (flight) {
    const newer = (one) => moves.some(([id, trait]) => one[0] === id && one[1] === trait && trait !== "touch");
    waiting = [...waiting.filter((one) => !newer(one)), ...moves];
    return;
  }
  flight = true;
  worker.postMessage({ type: "move", moves });
}

/** Give Python a picture of the visitor's own, decoded and shrunk here. */
async function offer(id, file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, 1024 / Math.max(picture.width, picture.height));
    const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
    const canvas = make("canvas", { width, height });
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff"; // transparent parts lie on white
    context.fillRect(0, 0, width, height);
    context.drawImage(picture, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    moved(id, "photo", { name: file.name, width, height, data });
  } catch {
    say(`The browser cannot read ${file.name}: choose a JPEG, PNG or WebP.`);
  }
}

// Start -------------------------------------------------------------------------------------------

function start(given) {
  pack = given;
  pack.reference = numbers(pack.ref);
  keys = new Map(pack.keys.map((key, number) => [key, number]));
  here = { ...pack.first };
  times.shown = performance.now();
  visit();
}

const still = PAGE.querySelector(".cnncourse-stage > svg");
still.remove();
stage.show(still);
PANEL.append(build({ ...SHAPE, id: "0" }));
say(ALONE ? SAY.alone : SAY.pack);
addEventListener("load", wakeWhenIdle);
// who opens a box to type in, or looks for a photograph, will need Python in a moment
PAGE.addEventListener("focusin", ({ target }) => target.matches(TO_FILL) && comeEarly());
window.PACK = start; // the file of the pack calls it
