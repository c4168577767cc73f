#!/usr/bin/env python3
"""A Hub of one repository, to test downloads against.

usage: hub_server.py FOLDER [--fault NAME[=VALUE]] ... [--token SECRET] [--gated]

Serves the files of FOLDER as the repository someone/tiny: branch main and tag v1 are at one commit each. Files that end
with .safetensors or .bin are large: they are redirected, as the Hub does, to another origin. Runs until its stdin ends.

hub    127.0.0.1:PORT    what HF_ENDPOINT names
cdn    localhost:PORT    where the large files lie: another host to an HTTP client
proxy  127.0.0.1:PORT    a forward proxy that leads every host name to the hub or, by port, to the cdn

In the working directory it writes `ports`, a line "hub cdn proxy" once all three listen, and `requests`, a line for each
request: server, method, path, then "Authorization=..." and "Range=..." where there were such headers.

Faults, each on the first fitting request alone unless said otherwise:
  busy          503 on the hub
  limit         429 with Retry-After: 2 on the hub
  down-after=N  500 on the hub, always but for the first N requests
  cut=N         a large file's body ends after N bytes, without a word
  corrupt       a large file's last byte is another, always
  no-ranges     the cdn knows no Range, always
  slow          a large file comes in pieces of 16 KiB, 20 a second, always
  renamed       someone/old leads to someone/tiny by a redirect, always
  moved         main is at another commit with the same files, always
  local-file    a large file is said to lie at a file:// URL, always
  huge          a large file is said to have 2^60 bytes, always
  bare          answers without the Hub's headers, as of some other server, always
"""
import argparse
import hashlib
import http.client
import http.server
import os
import sys
import threading
import time
import urllib.parse

COMMITS = {"main": "a" * 40, "v1": "b" * 40, "refs/pr/1": "c" * 40}


def git_blob_hash(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Repository:
    def __init__(self, arguments):
        self.folder = arguments.folder
        self.token = arguments.token
        self.gated = arguments.gated
        self.faults = dict(fault.partition("=")[::2] for fault in arguments.fault)
        self.requests = open("requests", "a", buffering=1)
        self.lock = threading.Lock()
        self.count = 0

    def has(self, fault):
        return fault in self.faults

    def once(self, fault):
        """The fault's value the first time, None ever after."""
        with self.lock:
            return self.faults.pop(fault, None)

    def read(self, name):
        try:
            with open(os.path.join(self.folder, os.path.basename(name)), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def note(self):
        headers = [f"{name}={self.headers[name]}" for name in ("Authorization", "Range") if name in self.headers]
        self.server.repository.requests.write(" ".join([self.server.name, self.command, self.path, *headers]) + "\n")

    def send_head(self, status, headers, length):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def answer(self, status, headers, body=b"", length=None):
        self.send_head(status, headers, len(body) if length is None else length)
        if self.command == "GET":
            self.wfile.write(body)

    def do_HEAD(self):
        self.do_GET()


class Hub(Handler):
    def do_GET(self):
        self.note()
        repository = self.server.repository
        fault = self.transient_fault()
        if fault:
            return self.answer(*fault)
        identity, _, rest = self.path[1:].partition("/resolve/")
        revision, _, name = rest.partition("/")
        refusal = self.refusal(identity, urllib.parse.unquote(revision))
        if refusal:
            return self.answer(*refusal)
        if repository.has("moved") and revision == "main":
            revision = "d" * 40
        self.serve(COMMITS.get(urllib.parse.unquote(revision), revision), name)

    def transient_fault(self):
        repository = self.server.repository
        repository.count += 1
        if repository.count > int(repository.faults.get("down-after", sys.maxsize)):
            return 500, {}
        if repository.once("busy") is not None:
            return 503, {}
        if repository.once("limit") is not None:
            return 429, {"Retry-After": "2"}
        return None

    def refusal(self, identity, revision):
        repository = self.server.repository
        if identity == "someone/old" and repository.has("renamed"):
            return 307, {"Location": self.path.replace("someone/old", "someone/tiny")}
        bearer = self.headers.get("Authorization")
        if bearer and bearer != f"Bearer {repository.token}":
            return 401, {"X-Error-Message": "Invalid credentials in Authorization header"}
        if repository.gated:
            return 403 if bearer else 401, {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access is restricted."}
        if identity != "someone/tiny" or (repository.token and not bearer):
            # As the Hub: who may not know is not told whether there is one.
            return 404 if bearer else 401, {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Invalid username or password."}
        if revision not in COMMITS and len(revision) != 40:
            return 404, {"X-Error-Code": "RevisionNotFound", "X-Error-Message": f"Invalid rev id: {revision}"}
        return None

    def serve(self, commit, name):
        repository = self.server.repository
        content = repository.read(name)
        if repository.has("bare"):
            return self.answer(200, {}, b"<html>Please log in to this network</html>")
        headers = {"X-Repo-Commit": commit}
        if content is None:
            return self.answer(404, headers | {"X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"})
        if not name.endswith((".safetensors", ".bin")):
            return self.answer(200, headers | {"ETag": f'"{git_blob_hash(content)}"'}, content)
        size = 2**60 if repository.has("huge") else len(content)
        place = f"http://localhost:{self.server.cdn_port}"
        if repository.has("local-file"):
            place = f"file://{os.path.abspath(repository.folder)}"
        self.answer(302, headers | {
            "Location": f"{place}/{name}?signature=secret",
            "ETag": 'W/"of-the-redirect-itself"',
            "X-Linked-Size": str(size),
            "X-Linked-ETag": f'"{hashlib.sha256(content).hexdigest()}"',
        }, b"Found. Redirecting")


class Cdn(Handler):
    def do_GET(self):
        self.note()
        repository = self.server.repository
        content = repository.read(self.path[1:].partition("?")[0])
        if repository.has("corrupt"):
            content = content[:-1] + bytes([content[-1] ^ 1])
        first, status, headers = 0, 200, {}
        if "Range" in self.headers and not repository.has("no-ranges"):
            first = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
            if first >= len(content):
                return self.answer(416, {"Content-Range": f"bytes */{len(content)}"})
            status, headers = 206, {"Content-Range": f"bytes {first}-{len(content) - 1}/{len(content)}"}
        self.send_body(status, headers, content[first:])

    def send_body(self, status, headers, body):
        repository = self.server.repository
        cut = repository.once("cut")
        if cut is None and not repository.has("slow"):
            return self.answer(status, headers, body)
        self.send_head(status, headers, len(body))
        pace = 0.05 if repository.has("slow") else 0
        end = len(body) if cut is None else int(cut)
        try:
            for start in range(0, end, 16384):
                self.wfile.write(body[start:min(start + 16384, end)])
                time.sleep(pace)
        except BrokenPipeError:
            pass
        self.close_connection = True


class Proxy(Handler):
    def do_GET(self):
        self.note()
        url = urllib.parse.urlsplit(self.path)
        port = self.server.cdn_port if url.port == self.server.cdn_port else self.server.hub_port
        there = http.client.HTTPConnection("127.0.0.1", port)
        path = url.path + ("?" + url.query if url.query else "")
        there.request(self.command, path, headers={n: v for n, v in self.headers.items() if n != "Proxy-Connection"})
        answer = there.getresponse()
        headers = {n: v for n, v in answer.getheaders() if n not in ("Content-Length", "Server", "Date")}
        self.answer(answer.status, headers, answer.read(), answer.getheader("Content-Length"))


def start(name, host, handler, repository):
    server = http.server.ThreadingHTTPServer((host, 0), handler)
    server.name, server.repository = name, repository
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--token", help="without it in a request, there is no repository")
    parser.add_argument("--gated", action="store_true", help="nobody has accepted the terms")
    repository = Repository(parser.parse_args())
    cdn = start("cdn", "127.0.0.1", Cdn, repository)
    hub = start("hub", "127.0.0.1", Hub, repository)
    proxy = start("proxy", "127.0.0.1", Proxy, repository)
    hub.cdn_port = proxy.cdn_port = cdn.server_port
    proxy.hub_port = hub.server_port
    with open("ports.new", "w") as ports:
        print(hub.server_port, cdn.server_port, proxy.server_port, file=ports)
    os.rename("ports.new", "ports")
    sys.stdin.read()


main()
