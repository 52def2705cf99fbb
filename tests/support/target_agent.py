"""A small agent for the tests: asks OPENAI_BASE_URL, listens on PORT, and speaks as argv says.

target_agent.py MANNER...   manners: chat, stateless, messages, responses, mapped, events; or one
that is wrong: dies, silent, garbage, teapot, dies_later, plain, deaf. `needs NAME=VALUE` refuses
requests without that header (VALUE may be a variable's name); `child FILE` starts a process of its
own, and writes its number there.
"""
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MANNERS = sys.argv[1:]
conversations = {}
served = 0
lock = threading.Lock()


def ask(messages):
    body = json.dumps({"model": "any", "messages": messages}).encode()
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"] + "/chat/completions", body,
        {"content-type": "application/json",
         "authorization": "Bearer " + os.environ["OPENAI_API_KEY"]})
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.load(response)["choices"][0]["message"]["content"]


def remembered(conversation, text):
    with lock:
        before = list(conversations.setdefault(conversation, []))
    asked = before + [{"role": "user", "content": text}]
    answer = ask(asked)
    with lock:
        conversations[conversation] = asked + [{"role": "assistant", "content": answer}]
    return answer


class Agent(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body, kind="application/json"):
        data = body.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def say_events(self, frames):
        self.say(200, "".join(frames), "text/event-stream")

    def do_GET(self):
        self.say(200 if self.path == "/health" else 404, "{}")

    def do_POST(self):
        global served
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        served += 1
        if "dies_later" in MANNERS and served > 3:
            print("Segmentation fault, so to speak", flush=True)
            os._exit(139)
        if "garbage" in MANNERS:
            return self.say(200, "<html>\x1b[31mhello\x07</html>", "text/html")
        if "teapot" in MANNERS:
            return self.say(404, '{"detail": "Not Found"}')
        if "needs" in MANNERS:
            name, value = MANNERS[MANNERS.index("needs") + 1].split("=")
            if self.headers.get(name) != os.environ.get(value, value):
                return self.say(401, json.dumps({"detail": "not you, %s" % self.headers.get(name)}))
        try:
            self.answer(body)
        except urllib.error.HTTPError as error:
            self.say(502, json.dumps({"error": {"message": "provider said %d" % error.code}}))

    def answer(self, body):
        if "chat" in MANNERS:
            said = remembered(body["metadata"]["conversation"], body["messages"][-1]["content"])
            if not body.get("stream") or "plain" in MANNERS:
                return self.say(200, json.dumps({"choices": [
                    {"index": 0, "message": {"content": said}, "finish_reason": "stop"}]}))
            frames = ['data: {"choices":[{"index":0,"delta":{"content":%s}}]}\n\n'
                      % json.dumps(piece) for piece in said.split("\0")]
            frames.append('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n')
            return self.say_events(frames + ["data: [DONE]\n\n"])
        if "stateless" in MANNERS:
            return self.say(200, json.dumps({"choices": [
                {"index": 0, "message": {"content": ask(body["messages"])},
                 "finish_reason": "stop"}]}))
        if "messages" in MANNERS:
            said = ask(body["messages"])
            if not body.get("stream"):
                return self.say(200, json.dumps({
                    "type": "message", "id": "msg_1", "content": [{"type": "text", "text": said}],
                    "stop_reason": "end_turn", "usage": {"output_tokens": 5}}))
            events = [{"type": "message_start", "message": {"id": "msg_1"}},
                      {"type": "content_block_delta", "delta": {"type": "text_delta",
                                                                "text": said}},
                      {"type": "message_delta", "delta": {"stop_reason": "end_turn"},
                       "usage": {"output_tokens": 5}},
                      {"type": "message_stop"}]
            return self.say_events(["event: %s\ndata: %s\n\n" % (e["type"], json.dumps(e))
                                    for e in events])
        if "responses" in MANNERS:
            said = remembered(body["conversation"], body["input"])
            return self.say(200, json.dumps({
                "object": "response", "id": "resp_1", "status": "completed",
                "output": [{"type": "message", "role": "assistant", "content": [
                    {"type": "output_text", "text": said}]}]}))
        if "mapped" in MANNERS:
            session = body.get("server_session") or "srv-" + body["session"]
            if session != "srv-" + body["session"]:
                return self.say(400, '{"detail": "not your session"}')
            said = remembered(session, body["message"])
            return self.say(200, json.dumps({"reply": {"parts": [{"text": said}]},
                                             "session_id": session, "error": None}))
        if "events" in MANNERS:
            said = ask(body["history"])
            half = len(said) // 2
            return self.say_events(['data: {"kind":"start"}\n\n',
                                    "data: %s\n\n" % json.dumps({"delta": said[:half]}),
                                    "data: %s\n\n" % json.dumps({"delta": said[half:]}),
                                    "event: end\ndata: {}\n\n"])


def main():
    print("agent starts", " ".join(MANNERS), flush=True)
    if "dies" in MANNERS:
        print("\x1b[31mCannot find module 'left-pad'\x1b[0m", file=sys.stderr, flush=True)
        sys.exit(3)
    if "deaf" in MANNERS:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "child" in MANNERS:
        child = subprocess.Popen(["sleep", "600"])
        with open(MANNERS[MANNERS.index("child") + 1], "w") as file:
            file.write(str(child.pid))
    if "silent" in MANNERS:
        while True:
            signal.pause()
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Agent)
    server.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server.serve_forever()


main()
