#!/usr/bin/env python3
"""A publisher and its WebSub hub for websub.sh, on 127.0.0.1. It speaks the hub's side of the Recommendation with the
standard library alone, so that both sides are not our own reading of it in C.

  websub_hub.py PORT-FILE

  GET  /feed        a feed that names this hub and a topic in Link headers
  POST /hub         (un)subscriptions: answered 202, then verified by a GET to the callback
  POST /publish     ?guid=N[&sign=good|bad|none]: pushes an item to all subscribers, answers their statuses
  GET  /stats       {"polls":..., "subscribed":..., "unsubscribed":..., "verified":..., "subscribers":...}
"""
import hashlib
import hmac
import http.server
import json
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

TOPIC = "http://topic.example/feed"
stats = {"polls": 0, "subscribed": 0, "unsubscribed": 0, "verified": 0}
subscribers = {}  # callback: secret
lock = threading.Lock()


def document(guid):
    return (
        "<?xml version='1.0'?><rss version='2.0'><channel><title>Pushed</title><item><guid>%s</guid>"
        "<title>Shares of NVIDIA surge, item %s</title></item></channel></rss>" % (guid, guid)
    ).encode()


def ask(request):
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


def verify(form):
    callback, mode = form["hub.callback"], form["hub.mode"]
    query = {"hub.mode": mode, "hub.topic": form["hub.topic"], "hub.challenge": "ch+all/enge", "hub.lease_seconds": "3600"}
    status, body = ask(callback + "?" + urllib.parse.urlencode(query))
    with lock:
        stats[mode + "d"] += 1
        if status == 200 and body == b"ch+all/enge":
            stats["verified"] += 1
            if mode == "subscribe":
                subscribers[callback] = form["hub.secret"]
            else:
                subscribers.pop(callback, None)


def publish(guid, sign):
    statuses = []
    with lock:
        targets = dict(subscribers)
    for callback, secret in targets.items():
        body = document(guid)
        key = secret if sign == "good" else "wrong"
        headers = {"Content-Type": "application/rss+xml", "Link": '<http://else/>; rel="self"'}
        if sign != "none":
            headers["X-Hub-Signature"] = "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
        statuses.append(ask(urllib.request.Request(callback, body, headers, method="POST"))[0])
    return statuses


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, *headers):
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/feed":
            with lock:
                stats["polls"] += 1
            self.answer(200, document("polled"), ("Content-Type", "application/rss+xml"),
                        ("Link", '</hub>; rel="hub", <%s>; rel="self"' % TOPIC))
        elif self.path == "/stats":
            with lock:
                self.answer(200, json.dumps({**stats, "subscribers": len(subscribers)}).encode())
        else:
            self.answer(404, b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        path, _, query = self.path.partition("?")
        if path == "/hub":
            form = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
            self.answer(202, b"")
            threading.Thread(target=verify, args=(form,)).start()
        elif path == "/publish":
            args = dict(urllib.parse.parse_qsl(query))
            self.answer(200, json.dumps(publish(args["guid"], args.get("sign", "good"))).encode())
        else:
            self.answer(404, b"")

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1], "w", encoding="ascii") as f:
    f.write(str(server.server_address[1]))
server.serve_forever()
