// The pictures in outputs and texts of which a blind reader is told nothing.
() => {
  const places = [".jp-OutputArea-output", ".jp-RenderedMarkdown"];
  const everywhere = (what) => places.map((place) => `${place} ${what}`).join();
  const shown = (picture) => getComputedStyle(picture).display !== "none";
  const images = [...document.querySelectorAll(everywhere("img"))]
    // JupyterLab itself calls a picture without words "Image"
    .filter((image) => shown(image) && ["", "Image"].includes(image.alt.trim()));
  const drawings = [...document.querySelectorAll(everywhere("svg"))]
    .filter((drawing) => !drawing.parentElement.closest("svg, [aria-hidden=true], button"))
    .filter((drawing) => !(drawing.getAttribute("aria-label") || drawing.querySelector("title")));
  return [...images, ...drawings].map((picture) => {
    const number = picture.closest(".jp-Cell")?.querySelector(".jp-InputPrompt")?.textContent;
    return `${number} ${picture.outerHTML.slice(0, 150)}`;
  });
}
