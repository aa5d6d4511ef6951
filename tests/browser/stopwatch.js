// Arm a stopwatch: from the next key press to the first frame with a new picture in a part of the
// page. window.painted is a promise of the milliseconds: nobody has to ask again and again, which
// would cost time of its own.
([selector]) => {
  const isPicture = (node) => node.matches?.("svg, img") || node.querySelector?.("svg, img");
  let pressed = null;
  const onKey = () => { pressed = performance.now(); };
  document.addEventListener("keydown", onKey, { capture: true, once: true });
  window.painted = new Promise((done) => {
    const observer = new MutationObserver((changes) => {
      if (!changes.some((change) => [...change.addedNodes].some(isPicture))) return;
      observer.disconnect();
      requestAnimationFrame(() => done(performance.now() - pressed));
    });
    observer.observe(document.querySelector(selector), { childList: true, subtree: true });
  });
}
