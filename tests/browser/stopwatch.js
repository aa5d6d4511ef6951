// Arm a stopwatch: from the next key press to the first frame with a new picture in a part of the
// page. The milliseconds will be in window.painted.
([selector]) => {
  const isPicture = (node) => node.matches?.("svg, img") || node.querySelector?.("svg, img");
  let pressed = null;
  window.painted = null;
  const onKey = () => { pressed = performance.now(); };
  document.addEventListener("keydown", onKey, { capture: true, once: true });
  const observer = new MutationObserver((changes) => {
    if (!changes.some((change) => [...change.addedNodes].some(isPicture))) return;
    observer.disconnect();
    requestAnimationFrame(() => { window.painted = performance.now() - pressed; });
  });
  observer.observe(document.querySelector(selector), { childList: true, subtree: true });
}
