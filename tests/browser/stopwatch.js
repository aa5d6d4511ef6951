// Arm a stopwatch: from the next event of a kind to the first frame with another picture in a part of
// the page. window.painted is a promise of the milliseconds: nobody has to ask again and again, which
// would cost time of its own. It is broken where no other picture comes: evaluate() waits for ever.
([selector, kind]) => {
  const PATIENCE = 15_000; // milliseconds, on a busy machine too
  const isPicture = ({ target, addedNodes }) =>
    target.closest?.("svg") || [...addedNodes].some((node) => node.querySelector?.("svg, img") || node.matches?.("svg, img"));
  let began = null;
  document.addEventListener(kind, () => { began = performance.now(); }, { capture: true, once: true });
  window.painted = new Promise((done, fail) => {
    const observer = new MutationObserver((changes) => {
      if (began === null || !changes.some(isPicture)) return;
      observer.disconnect();
      requestAnimationFrame(() => done(performance.now() - began));
    });
    observer.observe(document.querySelector(selector), { childList: true, subtree: true });
    const why = () => `${selector} shows no other picture after ${kind}, which ${began ? "came" : "never came"}`;
    setTimeout(() => fail(new Error(why())), PATIENCE);
  });
}
