// What is wrong with the way a page is laid out: a list of sentences, empty if all is well.
() => {
  const SLACK = 2; // pixels: fractions are rounded differently here and there
  const OVERLAP = 0.2; // of a line of text: the boxes of text are taller than its letters
  const SMALLEST_TEXT = 11; // pixels
  const onPhone = innerWidth < 560; // there wide pictures and tables scroll in their place
  const problems = [];

  const named = (picture) => {
    const cell = picture.closest(".jp-Cell");
    const number = cell?.querySelector(".jp-InputPrompt")?.textContent ?? "";
    return `${number} ${picture.getAttribute("aria-label") ?? picture.className}`;
  };

  // The part of the smaller of two lines of text that the other one covers, 0 to 1.
  const overlap = (one, other) => {
    const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    const smaller = Math.min(one.width * one.height, other.width * other.height);
    return across > 0 && down > 0 ? (across * down) / smaller : 0;
  };

  // Whether a shape hides what was drawn before it.
  const hides = (shape) => {
    const { fill, fillOpacity, opacity, visibility, display } = getComputedStyle(shape);
    const alpha = fill.startsWith("rgba") ? parseFloat(fill.split(",")[3]) : 1;
    const shown = visibility === "visible" && display !== "none" && fill !== "none";
    return shown && alpha * fillOpacity * opacity > 0.5;
  };

  // Whether a shape lies on the middle of a line of text, or on a quarter of it.
  const liesOn = (shape, box) =>
    [0.25, 0.5, 0.75].some((part) => {
      const point = new DOMPoint(box.left + part * box.width, (box.top + box.bottom) / 2);
      return shape.isPointInFill(point.matrixTransform(shape.getScreenCTM().inverse()));
    });

  for (const explorer of document.querySelectorAll(".cnncourse-explorer")) {
    const picture = explorer.querySelector("svg[aria-label], [role=alert]");
    if (!picture || picture.getBoundingClientRect().height < 10) {
      problems.push(`an explorer shows no picture: ${named(explorer)}`);
    }
  }

  for (const { alt, width, naturalWidth } of document.querySelectorAll(".jp-RenderedMarkdown img")) {
    if (onPhone && width < naturalWidth - SLACK) problems.push(`${alt}: shrunk from ${naturalWidth} to ${width} pixels`);
  }

  for (const output of document.querySelectorAll(".jp-OutputArea-output")) {
    const mayScroll = onPhone && getComputedStyle(output).overflowX === "auto";
    if (!mayScroll && output.scrollWidth > output.clientWidth + SLACK) {
      const [wide, room] = [output.scrollWidth, output.clientWidth];
      problems.push(`${named(output)}: ${wide} pixels in ${room}, so it is cut off or scrolls`);
    }
  }

  for (const picture of document.querySelectorAll(".jp-OutputArea-output svg[aria-label]")) {
    const frame = picture.getBoundingClientRect();
    if (frame.width === 0) continue; // in a folded solution
    const room = picture.closest(".jp-OutputArea-output").getBoundingClientRect();
    const scrolls = onPhone || picture.closest(".cnncourse-stage"); // or it would not be legible
    if (!scrolls && frame.right > room.right + SLACK) problems.push(`${named(picture)}: wider than its cell`);
    const texts = [...picture.querySelectorAll("text")].filter((words) => words.textContent.trim());
    const boxes = texts.map((words) => words.getBoundingClientRect());
    const covers = [...picture.querySelectorAll("rect, path, circle, ellipse, polygon")].filter(hides);
    const rooms = covers.map((shape) => shape.getBoundingClientRect());
    texts.forEach((words, i) => {
      const box = boxes[i];
      const over = Math.max(
        frame.left - box.left, box.right - frame.right,
        frame.top - box.top, box.bottom - frame.bottom,
      );
      if (box.width > 0 && over > SLACK) {
        problems.push(`${named(picture)}: "${words.textContent}" is cut by ${over.toFixed(0)} pixels`);
      }
      const { a, b } = words.getScreenCTM();
      const size = parseFloat(getComputedStyle(words).fontSize) * Math.hypot(a, b);
      if (onPhone && box.width > 0 && size < SMALLEST_TEXT - 0.1) {
        problems.push(`${named(picture)}: "${words.textContent}" is ${size.toFixed(1)} pixels high`);
      }
      const isCovered = covers.some(
        (shape, j) => words.compareDocumentPosition(shape) & Node.DOCUMENT_POSITION_FOLLOWING
          && overlap(box, rooms[j]) > OVERLAP && liesOn(shape, box),
      );
      if (isCovered) problems.push(`${named(picture)}: "${words.textContent}" lies under a shape`);
      for (let j = 0; j < i; j++) {
        if (overlap(box, boxes[j]) > OVERLAP) {
          problems.push(`${named(picture)}: "${words.textContent}" covers "${texts[j].textContent}"`);
        }
      }
    });
  }

  for (const control of document.querySelectorAll(".cnncourse-explorer :is(select, textarea, button, canvas)")) {
    const box = control.getBoundingClientRect();
    const over = box.right - control.closest(".cnncourse-explorer").getBoundingClientRect().right;
    if (box.width > 1 && over > SLACK) {
      const words = control.textContent.slice(0, 20);
      problems.push(`the control "${words}" is cut by ${over.toFixed(0)} pixels`);
    }
  }

  for (const row of document.querySelectorAll(".cnncourse-controls > .widget-inline-hbox")) {
    if (row.scrollHeight > row.clientHeight + SLACK) {
      problems.push(`the words of "${row.textContent.slice(0, 20)}" have no room below`);
    }
  }

  for (const label of document.querySelectorAll(".cnncourse-explorer .widget-label")) {
    if (label.scrollWidth > label.clientWidth + SLACK) {
      problems.push(`the label "${label.textContent}" is cut off`);
    }
  }
  return problems;
}
