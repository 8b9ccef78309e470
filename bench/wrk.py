"""wrk: one url, or several paths of a server in turn."""
import re
import subprocess

CONNECTIONS, SECONDS = 64, 3
UNITS = {"us": 0.001, "ms": 1, "s": 1000}


class Wrk:
    """One run: requests a second, p99 in milliseconds, failures. `folder` is where its script may lie."""

    def __init__(self, url, token=None, body=None, folder=None, paths=None, connections=CONNECTIONS):
        argv = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}", "--latency"]
        if token:
            argv += ["-H", f"Authorization: Bearer {token}"]
        if body is not None:
            script = folder / "post.lua"
            script.write_text(f"wrk.method = \"POST\"\nwrk.body = [[{body}]]\n")
            argv += ["-s", script, "-H", "Content-Type: application/json"]
        elif paths:
            script = folder / "in-turn.lua"
            listed = ",".join(f"[[{p}]]" for p in paths)
            script.write_text(f"local paths, at = {{{listed}}}, 0\n"
                              "request = function() at = at % #paths + 1 return wrk.format(nil, paths[at]) end\n")
            argv += ["-s", script]
        text = subprocess.run([*argv, url], capture_output=True, text=True, check=True).stdout
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
        number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
        self.p99_ms = float(number) * UNITS[unit]
        errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
        self.failed = sum(map(int, errors.groups())) if errors else 0
        other = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        self.failed += int(other[1]) if other else 0
