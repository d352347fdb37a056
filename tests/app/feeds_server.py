"""A site for feeds.sh: feeds, pages that name them, and what goes wrong. Usage: feeds_server.py PORT-FILE; ends by SIGTERM."""
import http.server
import os
import sys

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>{0}</title><item><title>Stocks rally in {0}</title>
<link>http://site.example/{0}/1</link><guid>{0}-1</guid><pubDate>{1}</pubDate></item></channel></rss>"""
NOW = "Mon, 23 Nov 2026 10:00:00 GMT"
PAGE = """<html><head><title>Site</title>
<link rel="alternate" type="application/rss+xml" title="Site comments" href="/comments.rss">
<link rel='alternate' type='application/rss+xml' title='Site' href='news.rss'></head><body>Hello</body></html>"""

ANSWERS = {
    "/news.rss": (200, "application/rss+xml", RSS.format("News", NOW), {"ETag": '"1"'}),
    "/other.rss": (200, "application/rss+xml", RSS.format("Other", NOW), {"ETag": '"1"'}),
    "/comments.rss": (200, "application/rss+xml", RSS.format("Comments", NOW), {}),
    "/wrong.rss": (200, "text/html", RSS.format("Wrong & broken", "some day"), {}),
    "/": (200, "text/html", PAGE, {}),
    "/plain.html": (200, "text/html", "<html><body>Nothing here</body></html>", {}),
    "/bad.html": (200, "text/html", PAGE.replace("news.rss", "plain.html").replace("comments.rss", "missing"), {}),
    "/moved": (301, "text/plain", "", {"Location": "/other.rss"}),
    "/gone": (410, "text/plain", "", {}),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, kind, text, headers = ANSWERS.get(self.path, (404, "text/plain", "no", {}))
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1] + ".part", "w") as out:
    out.write(str(server.server_address[1]))
os.rename(sys.argv[1] + ".part", sys.argv[1])
server.serve_forever()
