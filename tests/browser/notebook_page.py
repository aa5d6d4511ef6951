"""Notebooks open in JupyterLab in a browser: run them, look at them, ask what is wrong."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
HEIGHT = 1000  # pixels of the window
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
LOADED = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
# Messages about JupyterLab's own housekeeping, which no notebook of ours can cause.
NOT_OURS = ("/api/contents/", "/lab/api/", "favicon", "ResizeObserver loop")


class NotebookPage:
    """JupyterLab in a tab, with one notebook open at a time.

    Parameters
    ----------
    browser : playwright Browser
    server : LabServer
    theme : {"light", "dark"}
    width : int
        Of the window, in pixels.

    Attributes
    ----------
    page : playwright Page
    complaints : list of str
        What the browser's console has called an error since the notebook before was shut.
    """

    def __init__(self, browser, server, *, theme="light", width=1280):
        self.page = browser.new_page(viewport={"width": width, "height": HEIGHT})
        self.page.set_default_timeout(60_000)
        self.complaints = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(server.address)
        self.page.wait_for_function("() => window.jupyterapp")
        self.page.evaluate("() => jupyterapp.restored.then(() => null)")
        self.wait_until_splash_is_gone()
        self.command("application:toggle-left-area")
        self.show(theme, width)

    def open(self, notebook):
        """Open a notebook, by its path below the server's root, and wait for its kernel."""
        self.command("docmanager:open", path=notebook)
        self.page.wait_for_function(LOADED)

    def notebook(self):
        """Return the open notebook with its outputs as text, as JupyterLab would save it."""
        return self.page.evaluate(
            "() => JSON.stringify(jupyterapp.shell.currentWidget.content.model.toJSON())"
        )

    def shut(self):
        """Shut the kernel down and close the notebook without saving it."""
        self.page.evaluate(
            """async () => {
              const notebook = jupyterapp.shell.currentWidget;
              await notebook.sessionContext.shutdown();
              notebook.dispose();
            }"""
        )
        self.complaints = []

    def close(self):
        """Shut the notebook and close the tab."""
        self.shut()
        self.page.close()

    def command(self, name, **arguments):
        """Give JupyterLab a command and wait until it is carried out."""
        return self.page.evaluate(
            "([name, given]) => jupyterapp.commands.execute(name, given).then(() => null)",
            [name, arguments],
        )

    def show(self, theme, width):
        """Change to a theme and to a width of the window."""
        self.command("apputils:change-theme", theme=THEMES[theme])
        dark = str(theme == "light").lower()
        self.page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{dark}'")
        self.wait_until_splash_is_gone()
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.wait_until_painted()

    def run_all(self, seconds):
        """Run all cells and wait until the explorers have been drawn."""
        self.page.evaluate(
            """() => {
              window.finished = false;
              jupyterapp.commands.execute("notebook:run-all-cells")
                .finally(() => { window.finished = true; });
            }"""
        )
        self.page.wait_for_function(  # asked in every frame, it would cost an eighth of a processor
            "() => window.finished", timeout=1000 * seconds, polling=200
        )
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('.cnncourse-explorer')]"
            ".every(explorer => explorer.querySelector('[role=status]'))"
        )
        self.wait_until_painted()

    def wait_until_splash_is_gone(self):
        """Wait for the end of the picture that JupyterLab shows at its start and between themes.

        Asked for a theme meanwhile, JupyterLab removes the picture twice, which is an error.
        """
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def wait_until_painted(self):
        """Wait for two frames: what was asked for in the first is seen in the second."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def tracebacks(self):
        """What the error outputs say, and the warnings: JupyterLab may show both alike."""
        return self.page.locator(
            ":is([data-mime-type$='jupyter.error'], [data-mime-type$='jupyter.stderr'])"
        ).all_inner_texts()

    def ask(self, script, *arguments):
        """Run one of the scripts beside this file in the page and return its answer."""
        source = (HERE / script).read_text(encoding="utf-8")
        return self.page.evaluate(source, list(arguments))

    def faults(self):
        """What is wrong with the layout, some frames later, when all pictures have folded."""
        for _ in range(50):
            if not (faults := self.ask("layout.js")):
                break
            self.page.wait_for_timeout(100)
        return faults

    def _listen(self, message):
        where = message.location.get("url", "")
        if message.type == "error" and not any(n in where + message.text for n in NOT_OURS):
            self.complaints.append(f"{message.text} ({where})")
