// The drawing pad's face in the browser: see drawpad.py. No library, no build step.
//
// Strokes are drawn by the browser, with smooth edges, on a canvas that nobody sees, four times as
// fine as the pad; each of the 28 x 28 values is the mean of 4 x 4 of its pixels.

const SIDE = 28; // pixels of the pad, as in MNIST
const FINE = 4; // hidden pixels to a pixel, along each side
const SHOWN = 280; // CSS pixels on the screen
const PEN = 2.6; // width of a stroke in pixels of the pad: typical of MNIST
const PAUSE = 100; // milliseconds between two messages to Python, unless the model knows better
const UNDO_STEPS = 50;

const STYLE = `
.cnncourse-drawpad { display: inline-block; font-family: var(--jp-ui-font-family, sans-serif); }
.cnncourse-drawpad .title { display: block; margin-bottom: 4px; color: var(--jp-content-font-color1, inherit); }
.cnncourse-drawpad canvas {
  display: block; width: ${SHOWN}px; max-width: calc(100% - 4px); aspect-ratio: 1; image-rendering: pixelated;
  touch-action: none; cursor: crosshair; background: #000;
  border: 2px solid var(--jp-border-color1, #767676); border-radius: 3px;
}
.cnncourse-drawpad canvas:focus-visible { outline: 3px solid #1a73e8; outline-offset: 2px; }
.cnncourse-drawpad button {
  margin: 6px 6px 0 0; padding: 4px 14px; font-size: 14px; cursor: pointer;
  color: var(--jp-content-font-color1, #111); background: var(--jp-layout-color2, #eee);
  border: 1px solid var(--jp-border-color1, #767676); border-radius: 3px;
}
.cnncourse-drawpad .hint {
  max-width: ${SHOWN}px; margin-top: 4px; font-size: 12px;
  color: var(--jp-content-font-color1, inherit);
}`;

const HELP = "Mouse, pen or finger; or arrow keys to move, space to ink, delete to undo.";

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** The hidden canvas: strokes in, 784 values out. */
function makeInk() {
  const canvas = element("canvas", { width: SIDE * FINE, height: SIDE * FINE });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.strokeStyle = context.fillStyle = "#fff";
  context.lineWidth = PEN * FINE;
  context.lineCap = context.lineJoin = "round";
  return {
    clear() {
      context.clearRect(0, 0, canvas.width, canvas.height);
    },
    line(from, to) {
      context.beginPath();
      context.moveTo(from.x * FINE, from.y * FINE);
      context.lineTo(to.x * FINE + 0.01, to.y * FINE); // never of length 0, which draws nothing
      context.stroke();
    },
    values() {
      const alpha = context.getImageData(0, 0, canvas.width, canvas.height).data;
      const sums = new Array(SIDE * SIDE).fill(0);
      for (let y = 0; y < canvas.height; y++) {
        for (let x = 0; x < canvas.width; x++) {
          const pixel = Math.floor(y / FINE) * SIDE + Math.floor(x / FINE);
          sums[pixel] += alpha[4 * (y * canvas.width + x) + 3];
        }
      }
      return sums.map((sum) => Math.round(sum / FINE ** 2));
    },
    draw(values) {
      this.clear();
      values.forEach((value, pixel) => {
        context.globalAlpha = value / 255;
        context.fillRect((pixel % SIDE) * FINE, Math.floor(pixel / SIDE) * FINE, FINE, FINE);
      });
      context.globalAlpha = 1;
    },
  };
}

/** Call `send` at once, but not again before `pause` milliseconds; the last call is never lost. */
function throttle(send, pause) {
  let timer = null;
  let waiting = false;
  const run = () => {
    timer = null;
    if (waiting) go();
  };
  const go = () => {
    waiting = false;
    timer = setTimeout(run, pause);
    send();
  };
  return () => {
    if (timer === null) go();
    else waiting = true;
  };
}

function render({ model, el }) {
  const ink = makeInk();
  const shown = element("canvas", { width: SIDE, height: SIDE, tabIndex: 0 });
  const context = shown.getContext("2d");
  const title = element("span", { className: "title" });
  const undo = element("button", { type: "button", textContent: "undo" });
  const clear = element("button", { type: "button", textContent: "clear" });
  const hint = element("div", { className: "hint", textContent: HELP });
  const pad = element("div", { className: "cnncourse-drawpad" });
  pad.append(element("style", { textContent: STYLE }), title, shown, undo, clear, hint);
  el.append(pad);
  shown.setAttribute("role", "application"); // screen readers then pass the arrow keys on

  let values = [...model.get("image")];
  let history = [];
  let last = null; // where the pen was, while it is down
  let cursor = null; // the keyboard's pixel, once it is used

  const send = throttle(() => {
    model.set("image", values);
    model.save_changes();
  }, model.get("pause") ?? PAUSE);

  function show() {
    const picture = context.createImageData(SIDE, SIDE);
    values.forEach((value, pixel) => picture.data.set([value, value, value, 255], 4 * pixel));
    context.putImageData(picture, 0, 0);
    if (cursor !== null) {
      context.fillStyle = "rgb(255, 176, 0)";
      context.fillRect(Math.floor(cursor.x), Math.floor(cursor.y), 1, 1);
    }
  }

  function label() {
    title.textContent = model.get("description");
    const place = cursor ? `, row ${Math.floor(cursor.y) + 1}, column ${Math.floor(cursor.x) + 1}` : "";
    shown.setAttribute("aria-label", `${model.get("description")}${place}. ${HELP}`);
  }

  function remember() {
    history = [...history.slice(1 - UNDO_STEPS), values];
  }

  function stroke(from, to) {
    ink.line(from, to);
    values = ink.values();
    show();
    send();
  }

  function replace(wanted) {
    values = wanted;
    ink.draw(values);
    show();
    send();
  }

  function undoLast() {
    if (history.length > 0) replace(history.pop());
  }

  function position(event) {
    const box = shown.getBoundingClientRect(); // on the screen, whatever the zoom
    const border = shown.clientLeft;
    const width = box.width - 2 * border;
    return {
      x: ((event.clientX - box.left - border) / width) * SIDE,
      y: ((event.clientY - box.top - border) / width) * SIDE,
    };
  }

  shown.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || last !== null) return; // a second finger draws nothing
    event.preventDefault();
    shown.focus({ preventScroll: true });
    shown.setPointerCapture(event.pointerId); // go on when the pen leaves the pad
    remember();
    cursor = null;
    last = { ...position(event), id: event.pointerId };
    stroke(last, last);
  });

  shown.addEventListener("pointermove", (event) => {
    if (last === null || last.id !== event.pointerId) return;
    const all = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const one of all.length > 0 ? all : [event]) {
      const here = { ...position(one), id: event.pointerId };
      ink.line(last, here);
      last = here;
    }
    stroke(last, last);
  });

  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    shown.addEventListener(end, (event) => {
      if (last !== null && last.id === event.pointerId) last = null;
    });
  }

  const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  shown.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const within = (number) => Math.min(SIDE - 0.5, Math.max(0.5, number));
    if (event.key in STEPS) {
      const [dx, dy] = STEPS[event.key];
      const from = cursor ?? { x: SIDE / 2 + 0.5, y: SIDE / 2 + 0.5 };
      cursor = { x: within(from.x + dx), y: within(from.y + dy) };
    } else if (event.key === " " || event.key === "Enter") {
      cursor = cursor ?? { x: SIDE / 2 + 0.5, y: SIDE / 2 + 0.5 };
      remember();
      stroke(cursor, cursor);
    } else if (event.key === "Backspace" || event.key === "Delete") {
      undoLast();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation(); // else the notebook would take the key as a command
    label();
    show();
  });

  undo.addEventListener("click", undoLast);
  clear.addEventListener("click", () => {
    remember();
    replace(new Array(SIDE * SIDE).fill(0));
  });

  function takeImage() {
    const image = model.get("image");
    if (image.every((value, pixel) => value === values[pixel])) return; // our own, come back
    if (last !== null) return; // the learner is drawing: the pad wins
    values = [...image];
    ink.draw(values);
    show();
  }

  model.on("change:image", takeImage);
  model.on("change:description", label);
  ink.draw(values);
  label();
  show();
  return () => {
    model.off("change:image", takeImage);
    model.off("change:description", label);
  };
}

export default { render };
