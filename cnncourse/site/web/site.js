// On every page: the switch of light and dark, folded parts on paper, explorers that open in place.
"use strict";
(() => {
  const root = document.documentElement;
  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const button = Object.assign(document.createElement("button"), { type: "button" });
  const name = () => (button.textContent = dark() ? "Light" : "Dark");
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.theme = root.dataset.theme; } catch {} // private windows keep nothing
    for (const frame of document.querySelectorAll("iframe")) frame.contentWindow.postMessage({ theme: root.dataset.theme }, "*");
    name();
  });
  name();
  document.querySelector("header nav")?.append(button);

  // keeps what was visited for a visit without a network; a page from a folder needs none
  if ("serviceWorker" in navigator && location.protocol !== "file:") {
    const keeper = new URL("../sw.js", document.currentScript.src);
    addEventListener("load", async () => {
      await navigator.serviceWorker.register(keeper).catch(() => {}); // private windows allow none
      const { active } = await navigator.serviceWorker.ready;
      const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
      active.postMessage([location.href.replace(/#.*/, ""), ...loaded.filter((url) => url.startsWith("http"))]);
    });
  }

  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => (one.open = true)));

  // what scrolls in its place is reached by keyboard; a picture may come late
  const reach = (box) => box.scrollWidth > box.clientWidth && (box.tabIndex = 0);
  addEventListener("load", () => document.querySelectorAll("pre, .output, .question, .wide, figure, p:has(> img)").forEach(reach));
  document.addEventListener("load", ({ target }) => target.matches("p > img") && reach(target.parentElement), true);

  // where a page is worth a link or a place in slides: its address, and the address without its frame
  for (const place of document.querySelectorAll(".links")) {
    const whole = (embed) => location.href.replace(/(\?[^#]*)?(#|$)/, `${embed ? "?embed" : ""}$2`);
    const main = place.closest("main");
    const tall = () => Math.ceil(place.getBoundingClientRect().bottom - main.getBoundingClientRect().top);
    const copies = {
      "Copy link": () => whole(false),
      Embed: () => `<iframe src="${whole(true)}" title="${document.title}" style="border:0" width="100%" height="${tall()}"></iframe>`,
    };
    for (const [words, text] of Object.entries(copies)) {
      const copy = Object.assign(document.createElement("button"), { type: "button", textContent: words });
      copy.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(text());
          copy.textContent = "Copied";
        } catch {
          prompt(words, text()); // a page from a folder may not write to the clipboard
        }
        setTimeout(() => (copy.textContent = words), 1500);
      });
      place.append(copy);
    }
  }

  // the stills of an explorer make way for its page, when a reader asks for it
  for (const box of document.querySelectorAll(".living")) {
    const link = box.querySelector("a.button");
    const frame = Object.assign(document.createElement("iframe"), { src: link.href + "?embed", title: link.textContent });
    const open = () => {
      frame.style.height = `${box.clientHeight}px`; // until the frame says its own
      box.replaceChildren(frame);
    };
    box.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || !event.target.closest("a.button, svg")) return;
      event.preventDefault();
      open();
      frame.focus();
    });
    if ("greets" in box.dataset) addEventListener("load", open);
  }
  addEventListener("message", ({ data, source }) => {
    for (const frame of document.querySelectorAll(".living iframe")) {
      if (frame.contentWindow === source && data?.height > 0) frame.style.height = `${data.height + 4}px`;
    }
  });
  if (root.className === "embed" && parent !== self) {
    addEventListener("message", ({ data, source }) => {
      if (source === parent && data?.theme) root.dataset.theme = data.theme;
    });
    new ResizeObserver(() => parent.postMessage({ height: document.body.scrollHeight }, "*")).observe(document.body);
  }
})();
