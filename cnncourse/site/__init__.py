"""The course as a site of pages that live without a kernel: ``make site``.

In the order in which a site is built:

``source``    which files of the repository become which pages, and where a link between them leads
``body``      Markdown and executed notebooks → what stands on a page
``running``   where a reader runs a notebook: Colab, Binder, their own computer
``rasters``   photographs out of a page into files of their own
``frame``     what is around each page: navigation, contents, descriptions
``trained``   explorers of the lab with the small network; ``catalogue`` lists all explorers
``tree``      a tree of ipywidgets as JSON, and its changes
``pack``      the states of an explorer, drawn ahead
``playing``   the page of each explorer
``drawing``   the page on which a visitor draws a digit
``python``    what Python in the page needs; ``worker`` is what it runs, with ``standins``
``build``     all pages → a folder
``web/``      what runs in the browser: style sheets and JavaScript

Importing ``cnncourse.site`` alone loads nothing.
"""
