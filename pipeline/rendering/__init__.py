"""Reports from sources without code: web pages, documents and workbooks."""
