// node firefox.mjs PUPPETEER FIREFOX ADDRESS: open and move three pages in Firefox, over WebDriver BiDi;
// print as JSON what they say, and what went wrong.
const [puppeteer, executablePath, address] = process.argv.slice(2);
const { launch } = (await import(`${puppeteer}/lib/esm/puppeteer/puppeteer-core.js`)).default;

const browser = await launch({ browser: "firefox", executablePath, headless: true });
const said = { errors: [] };

async function open(path) {
  const page = await browser.newPage();
  page.on("pageerror", (error) => said.errors.push(String(error)));
  await page.goto(`${address}/${path}`, { waitUntil: "load" });
  return page;
}

const sentence = (page) => page.$eval(".sentence", (element) => element.textContent);

/** Press a key on the control whose name begins so; return what the page says then. */
async function moved(path, name, key) {
  const page = await open(path);
  await page.waitForFunction("window.times?.shown > 0");
  await page.$eval(`[aria-label^="${name}"]`, (control) => {
    control.closest("details")?.setAttribute("open", "");
    control.focus();
  });
  await page.keyboard.press(key);
  await page.waitForFunction("times.painted > 0");
  const words = await sentence(page);
  await page.close();
  return words;
}

try {
  said.convolution = await moved("e/convolution.html", "stride", "ArrowRight");
  said.kernel_lab = await moved("e/kernel_lab.html", "preset", "ArrowDown");
  const page = await open("draw.html");
  const box = await (await page.$(".pad canvas")).boundingBox();
  const [x, top, bottom] = [box.x + box.width / 2, box.y + 0.15 * box.height, box.y + 0.85 * box.height];
  await page.mouse.move(x, top);
  await page.mouse.down();
  await page.mouse.move(x, bottom, { steps: 12 });
  await page.mouse.up();
  await page.waitForFunction("document.querySelector('.maps canvas') && times.painted > times.moved && times.moved > 0");
  said.scores = await page.$eval(".draw", (element) => element.dataset.scores.split(" ").map(Number));
} finally {
  await browser.close();
}
console.log(JSON.stringify(said));
