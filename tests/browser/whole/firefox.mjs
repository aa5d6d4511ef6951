// node firefox.mjs PUPPETEER FIREFOX ADDRESS: open the flagship in JupyterLab in Firefox, over WebDriver
// BiDi, drag and step a slider and the window; print as JSON what it says then, and what went wrong.
const [puppeteer, executablePath, address] = process.argv.slice(2);
const { launch } = (await import(`${puppeteer}/lib/esm/puppeteer/puppeteer-core.js`)).default;

const SENTENCE = ".cnncourse-explorer [role=status]";
const KERNEL = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel";
const browser = await launch({ browser: "firefox", executablePath, headless: true });
const said = { errors: [] };
const page = await browser.newPage();

/** Drag a part by so many pixels. */
async function drag(selector, right, down) {
  const part = await page.$(selector);
  await part.scrollIntoView();
  const box = await part.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + right, y + down, { steps: 6 });
  await page.mouse.up();
}

/** Do something, wait until the sentence is another, and note what the explorer says. */
async function note(name, act) {
  const before = await page.$eval(SENTENCE, (words) => words.textContent);
  await act();
  const other = (selector, old) => document.querySelector(selector).textContent !== old;
  await page.waitForFunction(other, {}, SENTENCE, before);
  await new Promise((done) => setTimeout(done, 700)); // the last touch is answered, all has glided
  said[name] = await page.$eval(".cnncourse-explorer", (explorer) => ({
    sentence: explorer.querySelector("[role=status]").textContent,
    sliders: Object.fromEntries(
      [...explorer.querySelectorAll(".widget-slider [role=slider]")].map((slider) =>
        ["aria-label", "aria-valuenow"].map((name) => slider.getAttribute(name)),
      ),
    ),
  }));
}

try {
  await page.setViewport({ width: 1280, height: 1000 });
  await page.goto(address);
  await page.waitForFunction(KERNEL, { timeout: 60_000 });
  await page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells').then(() => null)");
  await page.waitForSelector(".cnncourse-stage > svg [data-name=window]", { timeout: 60_000 });
  page.on("pageerror", (error) => said.errors.push(String(error)));

  const stride = ".widget-slider [role=slider][aria-label=stride]";
  await note("slider dragged", () => drag(stride, 300, 0));
  await note("slider stepped", () => page.keyboard.press("ArrowLeft"));
  await note("slider stepped back", async () => {
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowLeft");
  });
  const pixel = "[data-name='pixels row 5 column 5']";
  const cell = await page.$eval(pixel, (one) => one.getBoundingClientRect().width);
  await note("window dragged", () => drag("svg [data-name=window]", 2 * cell, cell));
  await note("window stepped", () => page.keyboard.press("ArrowDown"));
} finally {
  await browser.close();
}
console.log(JSON.stringify(said));
