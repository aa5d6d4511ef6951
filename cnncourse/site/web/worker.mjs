// Python in a worker: started when a page asks for it, moved by messages.
import { loadPyodide } from "./pyodide.mjs";

const HERE = new URL(".", import.meta.url).href;
const PHOTOS = {
  "matplotlib/mpl-data/sample_data/grace_hopper.jpg": "grace_hopper.webp",
  "sklearn/datasets/images/china.jpg": "china.webp",
  "sklearn/datasets/images/flower.jpg": "flower.webp",
};
const TRIES = 3;
const REMEDY = "NumPy did not arrive whole. See that the network is there and that nothing blocks files of other hosts";

let python = null; // the module cnncourse.site.worker, in Python

const tell = (type, more = {}) => self.postMessage({ type, ...more });

async function bytes(name) {
  const answer = await fetch(HERE + name);
  if (!answer.ok) throw new Error(`${name} did not arrive (${answer.status})`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** A photograph as the browser decodes it: red, green and blue of each pixel. */
async function photograph(name) {
  const blob = new Blob([await bytes(name)]);
  const picture = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(picture, 0, 0);
  return { width, height, rgb: withoutAlpha(context.getImageData(0, 0, width, height).data) };
}

function withoutAlpha(rgba) {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0, o = 0; i < rgba.length; i += 4) {
    rgb[o++] = rgba[i];
    rgb[o++] = rgba[i + 1];
    rgb[o++] = rgba[i + 2];
  }
  return rgb;
}

/** Load NumPy, from where python.json says or Pyodide's makers keep it; its SHA-256 has to be that of the lock. */
async function loadNumpy(pyodide) {
  for (let count = 1; ; count++) {
    let complaint = false;
    await pyodide
      .loadPackage("numpy", { messageCallback() {}, errorCallback: () => (complaint = true) })
      .catch(() => (complaint = true));
    if (pyodide.loadedPackages.numpy && !complaint) return;
    if (count === TRIES) throw new Error(REMEDY);
    await new Promise((done) => setTimeout(done, 1000 * count));
  }
}

async function start(name) {
  const [pyodide, course, ...photos] = await Promise.all([
    bytes("python.json").then((text) => {
      const { base } = JSON.parse(new TextDecoder().decode(text));
      return loadPyodide({ indexURL: HERE, ...(base ? { packageBaseUrl: new URL(base, HERE).href } : {}) });
    }),
    bytes("course.zip"),
    ...Object.values(PHOTOS).map(photograph),
  ]);
  tell("stage", { words: "Python is here, NumPy is on its way …" });
  await loadNumpy(pyodide);
  pyodide.unpackArchive(course, "zip", { extractDir: "/course" });
  Object.keys(PHOTOS).forEach((path, i) => {
    const { width, height, rgb } = photos[i];
    const header = new TextEncoder().encode(`P6\n${width} ${height}\n255\n`);
    const file = new Uint8Array(header.length + rgb.length);
    file.set(header);
    file.set(rgb, header.length);
    pyodide.FS.writeFile(`/course/${path}`, file);
  });
  pyodide.runPython("import sys; sys.path.insert(0, '/course')");
  python = pyodide.pyimport("cnncourse.site.worker");
  python.open_explorer(name);
}

/** Do moves in their order; those of a photograph go another way, as they carry pixels. */
function move(moves) {
  const changes = new Map();
  const keep = (text) => JSON.parse(text).forEach((change) => changes.set(`${change[0]} ${change[1]}`, change));
  for (const one of moves) {
    const [part, trait, value] = one;
    if (trait !== "photo") keep(python.move(JSON.stringify([one])));
    else keep(python.photograph(part, value.name, value.width, value.height, withoutAlpha(value.data)));
  }
  return [...changes.values()];
}

const HEAR = {
  async open({ name }) {
    try {
      await start(name);
      tell("ready");
    } catch (problem) {
      tell("failed", { why: String(problem.message ?? problem).trim().split("\n").at(-1) });
    }
  },
  show({ name }) {
    try {
      python.open_explorer(name);
      tell("shown", { values: JSON.parse(python.shown()) });
    } catch (problem) {
      tell("wrong", { why: String(problem.message ?? problem) });
    }
  },
  move({ moves }) {
    try {
      tell("changes", { changes: move(moves) });
    } catch (problem) {
      tell("wrong", { why: String(problem.message ?? problem).trim().split("\n").at(-1) });
    }
  },
};

self.onmessage = ({ data }) => HEAR[data.type](data);
