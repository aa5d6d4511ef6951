"""What is around each page: ways to all others, and no title that is taken for HTML."""

import re

from cnncourse.site import body, source
from cnncourse.site.frame import GROUPS, Page, contents, framed

PAGE = Page("docs/teaching/x.html", "A < B", "<h1>A</h1>", 'says "what"', ("web/live.js",))


def other(path, title="Other"):
    return Page(path, title, "", "")


def links(html):
    return re.findall(r'<a\b[^>]*?\shref="([^"]+)"', html)


def test_the_neighbours_are_linked_from_where_the_page_stands():
    html = framed(PAGE, other("docs/a.html", "<b>"), other("docs/teaching/y.html"), "")
    assert re.search(r'rel="prev" href="../a.html">[^<]*&lt;b&gt;', html)
    assert 'rel="next" href="y.html"' in html
    alone = framed(PAGE, None, None, "")
    assert "rel=" not in alone[alone.index("<main") :]


def test_every_page_leads_home_and_to_each_group_and_loads_its_scripts():
    html = framed(PAGE, None, None, "")
    up = "../../"
    ways = {source.way(PAGE.path, path) for path in (*GROUPS.values(), "index.html")}
    assert ways <= set(links(html)) and up + "index.html" in ways
    scripts = re.findall(r'<script defer src="([^"]+)"', html)
    assert scripts == [up + "web/site.js", up + "web/live.js"]


def test_titles_and_descriptions_are_text():
    html = framed(PAGE, None, None, "")
    assert "<title>A &lt; B" in html and "A < B" not in html
    assert 'content="says &quot;what&quot;"' in html


def test_the_address_of_a_published_site_stands_in_its_descriptions():
    html = framed(other("e/x.html"), None, None, "https://example.org/course/")
    assert 'content="https://example.org/course/img/card.png"' in html
    assert '<link rel="canonical" href="https://example.org/course/e/x.html">' in html
    assert "canonical" not in framed(other("e/x.html"), None, None, "")


def test_contents_list_the_sections_of_a_long_page_without_their_links():
    sections = "".join(f'<h2 id="s{n}">Part <a href="#">{n}</a></h2>' for n in range(3))
    headings = body.headings("<h1>T</h1>" + sections)
    assert links(contents(headings)) == ["#s0", "#s1", "#s2"]
    assert contents(headings[:-1]) == ""
