// The drawing page: the pad of the notebooks, the small network, and its maps beside the drawing.

const BOX = document.querySelector(".draw");
const WEIGHTS = JSON.parse(BOX.querySelector(".weights").textContent);
const FRAME = 16; // milliseconds: nothing has to travel, so each frame is read
const STAGES = ["input", "ReLU 1", "pool 1", "ReLU 2", "pool 2"];

window.times = { moved: 0, painted: 0 };

/** A map as a picture, from black, 0, to white, the most; after ReLU nothing is below 0. */
function picture({ side }, map, most) {
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(side, side);
  map.forEach((value, i) => {
    const grey = Math.round((255 * value) / (most || 1));
    pixels.data.set([grey, grey, grey, 255], 4 * i);
  });
  context.putImageData(pixels, 0, 0);
  return canvas;
}

function showMaps(stages) {
  const rows = stages.filter(({ name }) => STAGES.includes(name)).map((stage) => {
    const most = Math.max(...stage.maps.flatMap((map) => [...map]));
    const row = document.createElement("figure");
    const words = document.createElement("figcaption");
    words.textContent = `${stage.name}: ${stage.maps.length} × ${stage.side}×${stage.side}`;
    row.style.setProperty("--maps", Math.max(4, stage.maps.length));
    row.append(words, ...stage.maps.map((map) => picture(stage, map, most)));
    return row;
  });
  BOX.querySelector(".maps").replaceChildren(...rows);
}

function showShares(shares) {
  const order = [...shares.keys()];
  BOX.querySelector(".shares").replaceChildren(
    ...order.map((digit) => {
      const item = document.createElement("li");
      item.style.setProperty("--share", shares[digit]);
      item.textContent = `${digit}: ${Math.round(100 * shares[digit])} %`;
      return item;
    }),
  );
}

function read(values) {
  times.moved = performance.now();
  const image = inForm(Float64Array.from(values, (value) => value / 255), SIDE);
  const empty = image.every((value) => value === 0);
  const { stages, scores, shares } = forward(image, WEIGHTS);
  const best = shares.indexOf(Math.max(...shares));
  showMaps(stages);
  showShares(empty ? shares.map(() => 0) : shares);
  BOX.querySelector(".sentence").textContent = empty
    ? "Draw a digit, 0 to 9, as large as you like."
    : `It reads ${best}, and is ${Math.round(100 * shares[best])} % sure.`;
  BOX.dataset.scores = scores.map((score) => score.toFixed(6)).join(" ");
  requestAnimationFrame(() => setTimeout(() => (times.painted = performance.now())));
}

// the pad speaks to a model as in a notebook
const state = { image: new Array(SIDE * SIDE).fill(0), description: "your digit", pause: FRAME };
render({
  model: {
    get: (name) => state[name],
    set: (name, value) => (state[name] = value),
    save_changes: () => read(state.image),
    on() {},
    off() {},
  },
  el: BOX.querySelector(".pad"),
});
read(state.image);
