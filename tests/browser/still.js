// Show pictures of an explorer one after the other, as the stage does in a page of some width. Tell of
// each how wide and high it is, by how much its sentence is higher than its slot, how large its
// smallest and its largest words are (all in pixels), and what is wrong with its layout.
async ([stage, layout, pictures]) => {
  const { mount } = await import(URL.createObjectURL(new Blob([stage], { type: "text/javascript" })));
  const faults = eval(layout);
  const place = document.querySelector(".place");
  const sentence = document.querySelector(".cnncourse-sentence");
  const { show, close } = mount(place, () => {});
  const found = pictures.map(([markup, words]) => {
    const drawn = document.createElement("div");
    drawn.innerHTML = markup;
    show(drawn.firstElementChild);
    sentence.firstElementChild.textContent = words;
    const picture = place.querySelector("svg");
    const texts = [...picture.querySelectorAll("text")].filter((text) => text.textContent.trim());
    const sizes = texts.map((text) => text.getScreenCTM().a * text.getAttribute("font-size"));
    const { width, height } = picture.getBoundingClientRect();
    const spill = sentence.offsetHeight - parseFloat(getComputedStyle(sentence).minHeight);
    const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
    return { width, height, spill, smallest, largest, faults: faults() };
  });
  close();
  place.replaceChildren();
  return found;
}
