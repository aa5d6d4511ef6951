// A button that chooses a picture of one's own: see upload.py. No library, no build step.
//
// A photograph is shrunk here, before it is sent: it never needs more pixels than the page shows,
// and servers refuse large messages without a word.

const PATIENCE = 20000; // milliseconds until somebody who waits hears that nothing has come

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Return what to send and what was changed; null if it is too large and cannot be shrunk here. */
async function prepared(file, longest, most) {
  let picture;
  try {
    picture = await createImageBitmap(file); // upright, in the screen's colours
  } catch {
    return file.size <= most ? { blob: file, note: "" } : null; // the course may know its format
  }
  const { width, height } = picture;
  const scale = Math.min(1, longest / Math.max(width, height));
  if (scale === 1 && file.size <= most) return { blob: file, note: "" };
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const canvas = element("canvas", size);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, size.width, size.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return { blob, note: `shrunk from ${width}×${height} to ${size.width}×${size.height} pixels` };
}

function render({ model, el }) {
  const input = element("input", { type: "file", accept: "image/*", hidden: true });
  const button = element("button", {
    type: "button",
    className: "jupyter-widgets jupyter-button widget-button",
    textContent: model.get("description"),
  });
  button.style.width = "max-content";
  const words = element("span", {});
  words.setAttribute("aria-live", "polite"); // no role: the status of an explorer is its sentence
  words.style.marginLeft = "4px";
  let sent = 0;
  let timer;

  function say(text) {
    words.textContent = text;
  }
  async function send() {
    const file = input.files[0];
    input.value = ""; // the same file may be chosen once more
    if (!file) return;
    const number = ++sent;
    say("…");
    const ready = await prepared(file, model.get("longest_side"), model.get("most_bytes"));
    if (!ready) {
      const most = Math.round(model.get("most_bytes") / 1e6);
      return say(`${file.name} has more than ${most} MB: save it as JPEG`);
    }
    const content = await ready.blob.arrayBuffer();
    model.send({ number, name: file.name, note: ready.note }, undefined, [content]);
    clearTimeout(timer);
    timer = setTimeout(() => say(`${file.name} has not arrived: if the kernel is not busy, try again`), PATIENCE);
  }
  function heard(message) {
    if (message.received !== sent) return;
    clearTimeout(timer);
    say("");
  }

  button.addEventListener("click", () => input.click());
  input.addEventListener("change", send);
  model.on("msg:custom", heard);
  el.append(button, input, words);
  return () => {
    clearTimeout(timer);
    model.off("msg:custom", heard);
  };
}

export default { render };
