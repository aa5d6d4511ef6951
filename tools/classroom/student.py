"""One simulated student, who does what a browser does: forms, cookies, REST and a websocket."""

from __future__ import annotations

import time
from urllib.parse import urlencode

import requests
from kernel import Kernel

PATIENCE = 300  # seconds for one answer: with thirty students on two cores, some wait long


class Student:
    """A student at a hub.

    Parameters
    ----------
    hub : str
        Address of the hub, without a slash at the end.
    name : str
        Lower-case letters and digits.
    """

    def __init__(self, hub: str, name: str) -> None:
        self.hub = hub
        self.name = name
        self.base = f"{hub}/user/{name}"
        self.browser = requests.Session()
        self.browser.trust_env = False  # straight to this machine, past any proxy of a school

    def log_in(self, password: str) -> None:
        """Fill in the login form."""
        page = f"{self.hub}/hub/login"
        self._get(page)
        form = {"username": self.name, "password": password, "_xsrf": self._xsrf("/hub/")}
        answer = self.browser.post(page, data=form, timeout=PATIENCE, allow_redirects=False)
        if answer.status_code != 302:  # a hub that knows the student leads on to the next page
            raise RuntimeError(f"{self.name} was not let in: {answer.status_code}")

    def start_server(self) -> None:
        """Ask the hub for a server of one's own unless it runs, wait for it, and enter."""
        self._get(f"{self.hub}/hub/home")  # gives the token for the next request
        about = f"{self.hub}/hub/api/users/{self.name}"
        if not self._get(about).json()["server"]:
            self._post(f"{about}/server", "/hub/")
        give_up = time.monotonic() + PATIENCE
        while not self._get(about).json()["server"]:
            if time.monotonic() > give_up:
                raise RuntimeError(f"the server of {self.name} did not start")
            time.sleep(0.5)
        self._get(f"{self.base}/lab")

    def open_notebook(self, path: str, patience: float = PATIENCE) -> Kernel:
        """Start a kernel for a notebook, unless it has one, and return the connection to it.

        Parameters
        ----------
        path : str
            In the student's folder; the notebook need not be there.
        patience : float
            Seconds to wait for one message.
        """
        wish = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        session = self._post(f"{self.base}/api/sessions", self._own_path, json=wish).json()
        id = session["kernel"]["id"]
        channels = f"{self.base}/api/kernels/{id}/channels"
        query = urlencode({"_xsrf": self._xsrf(self._own_path)})
        cookies = requests.cookies.get_cookie_header(
            self.browser.cookies, requests.Request("GET", channels)
        )
        url = f"{channels.replace('http', 'ws', 1)}?{query}"
        return Kernel(id, url, self.hub, cookies, patience)

    def interrupt(self, kernel: Kernel) -> None:
        """Press the button that stops what runs."""
        self._post(f"{self.base}/api/kernels/{kernel.id}/interrupt", self._own_path)

    def save(self, path: str, text: str) -> requests.Response:
        """Save a file as JupyterLab does, and return the server's answer, whatever it is.

        Parameters
        ----------
        path : str
            In the student's folder.
        text : str
        """
        return self.browser.put(
            f"{self.base}/api/contents/{path}",
            json={"type": "file", "format": "text", "content": text},
            headers={"X-XSRFToken": self._xsrf(self._own_path)},
            timeout=PATIENCE,
        )

    def read(self, path: str) -> str:
        """Return the text of a file in the student's own folder."""
        return self._get(f"{self.base}/api/contents/{path}").json()["content"]

    def read_notebook(self, path: str) -> list[str]:
        """Return the sources of the code cells of a notebook in the student's own folder."""
        notebook = self._get(f"{self.base}/api/contents/{path}").json()["content"]
        return [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]

    @property
    def _own_path(self) -> str:
        return f"/user/{self.name}/"

    def _xsrf(self, path: str) -> str:
        """Return the token against forged requests that the pages below a path gave."""
        return self.browser.cookies.get("_xsrf", path=path)

    def _get(self, url: str) -> requests.Response:
        answer = self.browser.get(url, timeout=PATIENCE)
        answer.raise_for_status()
        return answer

    def _post(self, url: str, path: str, **what: object) -> requests.Response:
        headers = {"X-XSRFToken": self._xsrf(path)}
        answer = self.browser.post(url, headers=headers, timeout=PATIENCE, **what)
        answer.raise_for_status()
        return answer
